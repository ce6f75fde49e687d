// SPDX-License-Identifier: Apache-2.0
#include "fs/fat/allocation_table.h"

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

Result<uint32_t> AllocationTable::ReadEntry(uint32_t cluster) {
  switch (layout_.type) {
    case FatType::kFat12: {
      // Two entries share three bytes.
      const Bytes bytes =
          TRY(ViewEntry(uint64_t{cluster} + cluster / 2, sizeof(Le16)));
      const uint32_t pair = TRY(ReadWire<Le16>(bytes));
      return cluster % 2 == 0 ? pair & 0xfff : pair >> 4;
    }
    case FatType::kFat16: {
      const Bytes bytes = TRY(ViewEntry(uint64_t{cluster} * 2, sizeof(Le16)));
      return uint32_t{TRY(ReadWire<Le16>(bytes))};
    }
    case FatType::kFat32:
      break;
  }
  const Bytes bytes = TRY(ViewEntry(uint64_t{cluster} * 4, sizeof(Le32)));
  const uint32_t entry = TRY(ReadWire<Le32>(bytes));
  return entry & 0x0fffffff;  // the upper bits are reserved
}

Result<Bytes> AllocationTable::ViewEntry(uint64_t offset, size_t size_bytes) {
  if (const auto visible = window_.Visible(CopyOffset() + offset, size_bytes)) {
    return *visible;
  }
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
