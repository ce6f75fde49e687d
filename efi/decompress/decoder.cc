// SPDX-License-Identifier: Apache-2.0
#include "efi/decompress/decoder.h"

#include <algorithm>
#include <span>

namespace flint::efi {
namespace {

constexpr size_t kNever = SIZE_MAX;

}  // namespace

Status Decoder::Decode(Bytes compressed, MutableBytes out) {
  bits_ = BitReader(compressed);
  symbols_in_block_ = 0;
  for (size_t done = 0; done < out.size();) {
    if (symbols_in_block_ == 0) TRY(ReadBlockHeader());
    --symbols_in_block_;
    const uint16_t symbol = TRY(characters_.Read(bits_));
    if (symbol < 256) {
      out[done++] = std::byte(symbol);
    } else {
      TRY(Repeat(symbol - 256U + kThreshold, out, done));
    }
  }
  return {};
}

/// Copies a string that was there before; it may reach into itself.
Status Decoder::Repeat(size_t length, MutableBytes out, size_t& done) {
  const size_t distance = TRY(ReadDistance());
  if (distance > done) {
    return Fail(ErrorCode::kCorrupt,
                "compressed data repeat what is not there");
  }
  if (length > out.size() - done) {
    return Fail(ErrorCode::kCorrupt, "compressed data are more than they say");
  }
  for (const size_t end = done + length; done != end; ++done) {
    out[done] = out[done - distance];
  }
  return {};
}

/// How far back a string is. The code tells the number of bits.
Result<size_t> Decoder::ReadDistance() {
  const uint16_t symbol = TRY(positions_.Read(bits_));
  if (symbol <= 1) return symbol + 1U;
  const unsigned bit_count = symbol - 1U;
  return (size_t{1} << bit_count) + TRY(bits_.Read(bit_count)) + 1;
}

Status Decoder::ReadBlockHeader() {
  symbols_in_block_ = TRY(bits_.Read(16));
  if (symbols_in_block_ == 0) {
    return Fail(ErrorCode::kCorrupt, "compressed data have an empty block");
  }
  // After the first three lengths there is a run of zeros to expect.
  TRY(ReadSmallCode(lengths_, kLengthCountBits, 3));
  TRY(ReadCharacterCode());
  return ReadSmallCode(positions_, kPositionCountBits, kNever);
}

/// A code whose lengths are written plainly. [uefi-2.10 19.2.3.1]
template <size_t kSymbols>
Status Decoder::ReadSmallCode(HuffmanCode<kSymbols>& code,
                              unsigned count_bits,
                              size_t pause_at) {
  const size_t count = TRY(bits_.Read(count_bits));
  if (count == 0) {
    const uint32_t only = TRY(bits_.Read(count_bits));
    if (only >= kSymbols) {
      return Fail(ErrorCode::kCorrupt, "compressed data have a bad code");
    }
    code.SetOnly(static_cast<uint16_t>(only));
    return {};
  }
  if (count > kSymbols) {
    return Fail(ErrorCode::kCorrupt, "compressed data have a bad code");
  }
  std::array<uint8_t, kSymbols> lengths{};
  for (size_t i = 0; i < count;) {
    lengths[i++] = TRY(ReadSmallLength());
    // Zeros that go beyond the end are as good as the zeros that are there.
    if (i == pause_at) i += TRY(bits_.Read(2));
  }
  return code.Set(lengths);
}

/// Three bits, or seven and more in unary. [uefi-2.10 19.2.3.1]
Result<uint8_t> Decoder::ReadSmallLength() {
  uint32_t length = TRY(bits_.Read(3));
  if (length == 7) {
    while (TRY(bits_.Read(1)) != 0) {
      if (++length > HuffmanCode<1>::kMaxLength) {
        return Fail(ErrorCode::kCorrupt, "compressed data have a bad code");
      }
    }
  }
  return static_cast<uint8_t>(length);
}

/// The code whose lengths are coded themselves. [uefi-2.10 19.2.3.2]
Status Decoder::ReadCharacterCode() {
  const size_t count = TRY(bits_.Read(kCharacterCountBits));
  if (count == 0) {
    const uint32_t only = TRY(bits_.Read(kCharacterCountBits));
    if (only >= kCharacterSymbols) {
      return Fail(ErrorCode::kCorrupt, "compressed data have a bad code");
    }
    characters_.SetOnly(static_cast<uint16_t>(only));
    return {};
  }
  if (count > kCharacterSymbols) {
    return Fail(ErrorCode::kCorrupt, "compressed data have a bad code");
  }
  std::ranges::fill(character_lengths_, uint8_t{0});
  constexpr uint16_t kFirstLength = 3;  // what is below are runs of zeros
  for (size_t i = 0; i < count;) {
    const uint16_t symbol = TRY(lengths_.Read(bits_));
    if (symbol >= kFirstLength) {
      character_lengths_[i++] = static_cast<uint8_t>(symbol - kFirstLength + 1);
      continue;
    }
    i += TRY(ReadZeroRun(symbol));
    if (i > count) {
      return Fail(ErrorCode::kCorrupt, "compressed data have a bad code");
    }
  }
  return characters_.Set(character_lengths_);
}

Result<size_t> Decoder::ReadZeroRun(uint16_t symbol) {
  if (symbol == 0) return size_t{1};
  if (symbol == 1) return size_t{3} + TRY(bits_.Read(4));
  return size_t{20} + TRY(bits_.Read(kCharacterCountBits));
}

}  // namespace flint::efi
