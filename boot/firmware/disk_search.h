// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <span>

#include "boot/memory/page_allocator.h"
#include "drivers/block/block_device.h"
#include "fs/partition/partition_table.h"
#include "fs/volume/boot_volumes.h"
#include "fs/volume/file_system.h"
#include "loader/boot_plan/boot_plan.h"
#include "loader/boot_plan/volume.h"
#include "platforms/base/arena.h"
#include "platforms/base/bytes.h"
#include "platforms/base/guest_memory.h"
#include "platforms/base/result.h"

namespace flint::boot {

/// Looks for something to boot on disks, and adds it to a plan; or why there is
/// nothing.
///
/// On each disk first the partitions made for booting (EFI system, extended
/// boot loader) are looked at, and others only if those offer nothing. Boot
/// entries come first, then programs where removable media have them. Volumes
/// stay mounted, in `arena` and pages of their own, as candidates refer to
/// them.
class DiskSearch final {
 public:
  /// All must outlive the plan's use.
  DiskSearch(memory::PageAllocator& pages,
             GuestMemory& memory,
             Arena& arena,
             boot_plan::BootPlan& plan)
      : pages_(pages), memory_(memory), arena_(arena), plan_(plan) {}

  /// Adds what is on `disk`, with this rank. Fails only for want of memory
  /// (kNoMemory).
  Status Search(block::BlockDevice& disk,
                boot_plan::Rank rank = boot_plan::Rank::kDisk);

  /// True if an EFI system partition holds UEFI variables, kept by us or left
  /// by an operating system.
  bool found_variables() const { return found_variables_; }

 private:
  /// Volumes of one disk whose entries are read together.
  static constexpr size_t kMaxVolumesTogether = 16;
  struct Group {
    std::array<boot_plan::Volume, kMaxVolumesTogether> volumes;
    size_t size = 0;
    /// As many of the first ones are extended boot loader partitions.
    size_t extended_boot_count = 0;

    std::span<const boot_plan::Volume> used() const {
      return std::span(volumes).first(size);
    }
  };

  Status SearchTable(block::BlockDevice& disk,
                     const partition::PartitionTable& table);
  Status Mount(block::BlockDevice& disk,
               const partition::Partition& partition,
               Group& group);
  Status AddCandidates(const Group& group);
  Status AddEntries(std::span<const boot_plan::Volume> volumes);
  Result<MutableBytes> Scratch();

  memory::PageAllocator& pages_;
  GuestMemory& memory_;
  Arena& arena_;
  boot_plan::BootPlan& plan_;
  /// Of the disk that is being searched.
  boot_plan::Rank rank_ = boot_plan::Rank::kDisk;
  /// Working memory that no mounted volume uses.
  MutableBytes spare_scratch_;
  bool found_variables_ = false;
};

}  // namespace flint::boot
