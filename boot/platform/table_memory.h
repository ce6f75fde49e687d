// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "boot/memory/memory_map.h"
#include "drivers/acpi_loader/acpi_loader.h"
#include "platforms/base/result.h"

namespace flint::platform {

/// Memory for what firmware leaves to operating systems: whole pages of ACPI's
/// own kind, and the F segment.
///
/// Pages come from room at the top of RAM below 4 GiB while there is some, so
/// that tables do not divide RAM; give it back by `Finish`.
class MapTableMemory final : public acpi_loader::TableMemory {
 public:
  static constexpr uint64_t kRoomBytes = uint64_t{1} << 20;

  /// Where operating systems search for ACPI's and SMBIOS's anchors.
  static constexpr uint64_t kFSegment = 0xF'0000;
  static constexpr uint64_t kFSegmentEnd = 0x10'0000;

  /// Allocates such room, before others do: its address. kNoMemory.
  static Result<uint64_t> Reserve(memory::MemoryMap& map);

  /// `map` must outlive this; `room` is what `Reserve` returned, or 0.
  MapTableMemory(memory::MemoryMap& map, uint64_t room)
      : map_(map), room_(room), room_end_(room == 0 ? 0 : room + kRoomBytes) {}

  Result<uint64_t> AllocateHigh(uint64_t size_bytes,
                                uint64_t alignment) override;
  Result<uint64_t> AllocateFSegment(uint64_t size_bytes,
                                    uint64_t alignment) override;

  /// Returns the room that nobody took. kNoMemory, which costs but the room.
  Status Finish();

 private:
  Result<uint64_t> TakePages(uint64_t page_count, uint64_t alignment);

  memory::MemoryMap& map_;
  uint64_t room_;
  uint64_t room_end_;
  uint64_t next_in_f_segment_ = kFSegment;
};

}  // namespace flint::platform
