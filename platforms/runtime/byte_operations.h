// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

/// What the C library's memory functions do, under names that a host test can
/// link beside the host's own. x86_64.
///
/// Large blocks use REP MOVSQ and REP STOSQ, which processors run a cache line
/// at a time, and emulators eight bytes. Starting them takes about as long as
/// copying a hundred bytes a word at a time, so small blocks do that.
/// [sdm optimization 3.7.6]
namespace flint::runtime {

inline constexpr size_t kRepThresholdBytes = 128;

namespace internal {

// SAFETY: the memory functions are where bytes of any type are touched as
// words; may_alias tells the compiler, and the attribute lets them lie at any
// address.
using Word [[gnu::may_alias, gnu::aligned(1)]] = uint64_t;

inline uint64_t LoadWord(const std::byte* from) {
  return *reinterpret_cast<const Word*>(from);
}

inline void StoreWord(std::byte* to, uint64_t value) {
  *reinterpret_cast<Word*>(to) = value;
}

}  // namespace internal

/// Copies front to back: right for regions that do not overlap, or where `to`
/// lies below `from`.
inline void CopyForward(std::byte* to, const std::byte* from, size_t size) {
  if (size >= kRepThresholdBytes) {
    // Read first: the words before it may be written over it.
    const uint64_t last = internal::LoadWord(from + size - 8);
    std::byte* const last_to = to + size - 8;
    size_t words = size / 8;
    // SAFETY: writes whole words of [to, to + size), as the caller asked; the
    // direction flag is clear by the ABI.
    asm volatile("rep movsq" : "+D"(to), "+S"(from), "+c"(words) : : "memory");
    internal::StoreWord(last_to, last);
    return;
  }
  for (; size >= 8; size -= 8, to += 8, from += 8) {
    internal::StoreWord(to, internal::LoadWord(from));
  }
  for (; size > 0; --size) *to++ = *from++;
}

/// Copies back to front: right where `to` lies above `from`. By words, as REP
/// MOVSQ is slow backwards.
inline void CopyBackward(std::byte* to, const std::byte* from, size_t size) {
  for (; size >= 8; size -= 8) {
    internal::StoreWord(to + size - 8, internal::LoadWord(from + size - 8));
  }
  for (; size > 0; --size) to[size - 1] = from[size - 1];
}

/// Copies between regions that may overlap.
inline void Move(std::byte* to, const std::byte* from, size_t size) {
  // SAFETY: an ordering of addresses of unrelated objects, which only integers
  // have. Wraps if `to` is below `from`.
  const uintptr_t distance =
      reinterpret_cast<uintptr_t>(to) - reinterpret_cast<uintptr_t>(from);
  if (distance >= size) {
    CopyForward(to, from, size);
  } else {
    CopyBackward(to, from, size);
  }
}

inline void Fill(std::byte* to, std::byte value, size_t size) {
  const uint64_t word =
      uint64_t{0x0101'0101'0101'0101} * static_cast<uint64_t>(value);
  if (size >= kRepThresholdBytes) {
    internal::StoreWord(to + size - 8, word);
    size_t words = size / 8;
    // SAFETY: as in CopyForward.
    asm volatile("rep stosq" : "+D"(to), "+c"(words) : "a"(word) : "memory");
    return;
  }
  for (; size >= 8; size -= 8, to += 8) internal::StoreWord(to, word);
  for (; size > 0; --size) *to++ = value;
}

/// Negative, zero or positive as the first difference says.
inline int Compare(const std::byte* a, const std::byte* b, size_t size) {
  for (; size >= 8; size -= 8, a += 8, b += 8) {
    const uint64_t x = std::byteswap(internal::LoadWord(a));
    const uint64_t y = std::byteswap(internal::LoadWord(b));
    if (x != y) return x < y ? -1 : 1;
  }
  for (; size > 0; --size, ++a, ++b) {
    if (*a != *b) return *a < *b ? -1 : 1;
  }
  return 0;
}

/// The first byte of that value, or null.
inline const std::byte* Find(const std::byte* in,
                             std::byte value,
                             size_t size) {
  for (; size > 0; --size, ++in) {
    if (*in == value) return in;
  }
  return nullptr;
}

}  // namespace flint::runtime
