// SPDX-License-Identifier: Apache-2.0
#include "boot/platform/table_memory.h"

#include <algorithm>

#include "platforms/base/checked.h"

namespace flint::platform {
namespace {

constexpr uint64_t k4Gib = uint64_t{4} << 30;

/// Anchors are searched for at multiples of this. [acpi-6.5 5.2.5.1]
constexpr uint64_t kAnchorAlignment = 16;

}  // namespace

Result<uint64_t> MapTableMemory::Reserve(memory::MemoryMap& map) {
  return map.Allocate({.page_count = kRoomBytes / memory::kPageSizeBytes,
                       .max_address = k4Gib - 1});
}

/// From the room's end down, else wherever.
Result<uint64_t> MapTableMemory::TakePages(uint64_t page_count,
                                           uint64_t alignment) {
  const uint64_t size = page_count * memory::kPageSizeBytes;
  if (size <= room_end_ - room_) {
    const uint64_t address = AlignDown(
        room_end_ - size, std::max(alignment, memory::kPageSizeBytes));
    if (address >= room_) {
      // What is between is too small for others.
      room_end_ = address;
      return address;
    }
  }
  return map_.Allocate({.page_count = page_count,
                        .alignment_bytes = alignment,
                        .max_address = k4Gib - 1});
}

Result<uint64_t> MapTableMemory::AllocateHigh(uint64_t size_bytes,
                                              uint64_t alignment) {
  const uint64_t pages = DivideRoundUp(size_bytes, memory::kPageSizeBytes);
  const uint64_t address = TRY(TakePages(pages, alignment));
  // No longer ours: the map has no such use for an allocation.
  TRY(map_.Free(address, pages));
  TRY(map_.Mark(
      address, pages * memory::kPageSizeBytes, memory::MemoryType::kAcpiNvs));
  return address;
}

Status MapTableMemory::Finish() {
  const uint64_t pages = (room_end_ - room_) / memory::kPageSizeBytes;
  room_end_ = room_;
  return pages == 0 ? Status() : map_.Free(room_, pages);
}

Result<uint64_t> MapTableMemory::AllocateFSegment(uint64_t size_bytes,
                                                  uint64_t alignment) {
  const uint64_t address =
      TRY(AlignUp(next_in_f_segment_, std::max(alignment, kAnchorAlignment)));
  if (address > kFSegmentEnd || size_bytes > kFSegmentEnd - address) {
    return Fail(ErrorCode::kNoMemory, "the F segment is full");
  }
  next_in_f_segment_ = address + size_bytes;
  return address;
}

}  // namespace flint::platform
