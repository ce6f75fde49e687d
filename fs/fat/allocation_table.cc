// SPDX-License-Identifier: Apache-2.0
#include "fs/fat/allocation_table.h"

#include <algorithm>
#include <cstddef>

#include "platforms/base/check.h"
#include "platforms/base/endian.h"
#include "platforms/base/log.h"

namespace flint::fat {
namespace {

/// Entries that mean something special, for each width. [fat 4]
struct SpecialEntries {
  uint32_t bad;
  uint32_t first_end;
};

constexpr SpecialEntries SpecialEntriesOf(FatType type) {
  switch (type) {
    case FatType::kFat12:
      return {.bad = 0xff7, .first_end = 0xff8};
    case FatType::kFat16:
      return {.bad = 0xfff7, .first_end = 0xfff8};
    case FatType::kFat32:
      break;
  }
  return {.bad = 0x0ffffff7, .first_end = 0x0ffffff8};
}

/// FAT32: the upper bits of an entry are reserved.
constexpr uint32_t kFat32EntryMask = 0x0fffffff;

/// How many of the entries, each of type `Entry`, name `expected`, the one
/// after it, and so on, none of which overflows an entry.
template <typename Entry>
uint32_t CountAscending(Bytes entries, uint64_t expected, uint64_t mask) {
  // As many entries at a time as fit a word. `kEach` has a 1 in each, and its
  // square 1, 2, 3 ...
  constexpr uint64_t kPerWord = sizeof(Le64) / sizeof(Entry);
  constexpr uint64_t kEach =
      ~uint64_t{0} / ((uint64_t{1} << (8 * sizeof(Entry))) - 1);
  uint64_t expected_word = kEach * (expected - 1) + kEach * kEach;
  uint32_t count = 0;
  ByteReader reader(entries);
  for (auto word = reader.Read<Le64>();
       word && (*word & (kEach * mask)) == expected_word;
       word = reader.Read<Le64>()) {
    expected_word += kEach * kPerWord;
    count += kPerWord;
  }
  // Or what is left, or what of the next word is as expected.
  ByteReader rest(entries.subspan(count * sizeof(Entry)));
  for (auto entry = rest.Read<Entry>();
       entry && (*entry & mask) == expected + count;
       entry = rest.Read<Entry>()) {
    ++count;
  }
  return count;
}

}  // namespace

Result<std::optional<uint32_t>> AllocationTable::Next(uint32_t cluster) {
  const uint32_t entry = TRY(ReadEntry(cluster));
  if (layout_.IsCluster(entry)) return entry;
  const SpecialEntries special = SpecialEntriesOf(layout_.type);
  if (entry >= special.first_end) return std::nullopt;
  if (entry == special.bad) {
    return Fail(ErrorCode::kCorrupt,
                "FAT cluster chain runs into a bad cluster");
  }
  if (entry == 0) {
    return Fail(ErrorCode::kCorrupt,
                "FAT cluster chain runs into a free cluster");
  }
  return Fail(ErrorCode::kCorrupt, "FAT cluster chain leaves the volume");
}

uint32_t AllocationTable::CountStraight(uint32_t cluster,
                                        uint32_t limit) const {
  // Tables of odd entries are too small to matter.
  if (layout_.type == FatType::kFat12 || !layout_.IsCluster(cluster)) return 0;
  const uint32_t clusters_behind =
      layout_.cluster_count - 1 - (cluster - kFirstCluster);
  const auto [offset, size_bytes] = EntryPlaceOf(layout_.type, cluster);
  const Bytes entries = window_.VisibleFrom(
      CopyOffset() + offset,
      uint64_t{std::min(limit, clusters_behind)} * size_bytes);
  return layout_.type == FatType::kFat32
             ? CountAscending<Le32>(entries, cluster + 1, kFat32EntryMask)
             : CountAscending<Le16>(entries, cluster + 1, 0xffff);
}

Result<uint32_t> AllocationTable::ReadEntry(uint32_t cluster) {
  const Bytes bytes = TRY(ViewEntry(EntryPlaceOf(layout_.type, cluster)));
  if (layout_.type == FatType::kFat32) {
    const uint32_t entry = TRY(ReadWire<Le32>(bytes));
    return entry & kFat32EntryMask;
  }
  const uint32_t entry = TRY(ReadWire<Le16>(bytes));
  if (layout_.type == FatType::kFat16) return entry;
  return cluster % 2 == 0 ? entry & 0xfff : entry >> 4;
}

void AllocationTable::ReplaceInView(uint32_t cluster, uint32_t value) {
  const EntryPlace place = EntryPlaceOf(layout_.type, cluster);
  const auto bytes = InView(place);
  FLINT_CHECK(bytes.has_value(), "FAT entry is not in view");
  const uint64_t offset = CopyOffset() + place.offset;
  if (layout_.type == FatType::kFat32) {
    const uint32_t old = ReadWire<Le32>(*bytes).value_or(0);
    const Le32 entry = (old & ~kFat32EntryMask) | value;
    window_.Update(offset, AsBytes(entry));
    return;
  }
  uint32_t stored = value;
  if (layout_.type == FatType::kFat12) {
    const uint32_t old = ReadWire<Le16>(*bytes).value_or(0);
    stored =
        cluster % 2 == 0 ? (old & 0xf000) | value : (old & 0x000f) | value << 4;
  }
  const Le16 entry = static_cast<uint16_t>(stored);
  window_.Update(offset, AsBytes(entry));
}

Result<Bytes> AllocationTable::ViewEntry(const EntryPlace& place) {
  if (const auto visible = InView(place)) return *visible;
  const auto [offset, size_bytes] = place;
  // Chains mostly lead forward, but not always: show a little before the entry
  // as well, and small tables as a whole.
  const uint64_t step = window_.capacity_bytes() / 4;
  uint64_t near_offset = 0;
  if (layout_.fat_size_bytes > window_.capacity_bytes() && step > 0) {
    near_offset = offset - offset % step;
  }
  for (uint32_t tried = 1;; ++tried) {
    const uint64_t begin = CopyOffset();
    const Result<Bytes> bytes = window_.View(begin + offset,
                                             size_bytes,
                                             begin + near_offset,
                                             begin + layout_.fat_size_bytes);
    if (bytes || bytes.error().code() != ErrorCode::kDeviceError ||
        !layout_.fats_are_mirrored || tried == layout_.fat_count) {
      return bytes;
    }
    copy_ = (copy_ + 1) % layout_.fat_count;
    log::Warning("{}: FAT cannot be read ({}); using copy {}",
                 window_.range().device->name(),
                 bytes.error(),
                 copy_ + 1);
  }
}

}  // namespace flint::fat
