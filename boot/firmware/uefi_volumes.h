// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "drivers/block/block_device.h"
#include "efi/abi/types.h"
#include "efi/device_path/device_path.h"
#include "efi/environment/environment.h"
#include "efi/file_system/simple_file_system.h"
#include "efi/file_system/wall_clock.h"
#include "platforms/base/arena.h"
#include "platforms/base/guid.h"
#include "platforms/base/result.h"

namespace flint::boot {

/// A file system that images see, as it was when there were no images yet: what
/// they do to handles is not followed.
struct UefiVolume {
  const block::BlockDevice* disk = nullptr;
  /// 0 is all of the disk.
  uint64_t first_lba = 0;
  bool is_system_partition = false;
  efi::abi::EFI_HANDLE handle = nullptr;
  efi::SimpleFileSystem* files = nullptr;
};

/// The disks of a UEFI environment, and the volumes on them.
class UefiVolumes final {
 public:
  /// Both must outlive the object.
  UefiVolumes(efi::Environment& environment, efi::WallClock& wall_clock)
      : environment_(environment), wall_clock_(wall_clock) {}
  UefiVolumes(const UefiVolumes&) = delete;
  UefiVolumes& operator=(const UefiVolumes&) = delete;

  /// Makes the handles of a disk, to which `path` leads. From here on it is
  /// used through them alone. Disks beyond the 64th are left out. As
  /// `efi::InstallDisk`.
  Status AddDisk(block::BlockDevice& disk, const efi::DevicePath& path);

  /// Finds the volumes of all disks: once, before any image runs. Their list is
  /// kept in `arena`. kNoMemory.
  Status List(Arena& arena);

  /// What is on the partition of `disk` that starts with `first_lba`, or on all
  /// of it (0). kNotFound: no file system.
  Result<UefiVolume> Find(const block::BlockDevice& disk,
                          uint64_t first_lba) const;

  /// The first EFI system partition that can be written; null if there is none.
  const UefiVolume* FindSystemVolume() const;

  /// What a GPT calls the partition that a handle stands for; nothing if it is
  /// none of a GPT.
  std::optional<Guid> PartitionGuid(efi::abi::EFI_HANDLE volume) const;

 private:
  static constexpr size_t kMaxDisks = 64;
  struct Disk {
    const block::BlockDevice* device;
    efi::abi::EFI_HANDLE handle;
  };

  Result<UefiVolume> Describe(efi::abi::EFI_HANDLE volume) const;

  efi::Environment& environment_;
  efi::WallClock& wall_clock_;
  std::array<Disk, kMaxDisks> disks_{};
  size_t disk_count_ = 0;
  /// In the order of disks and partitions.
  std::span<UefiVolume> volumes_;
};

/// The path of what a handle stands for; nothing if it has none.
std::optional<efi::DevicePath> PathOf(efi::HandleDatabase& handles,
                                      efi::abi::EFI_HANDLE handle);

}  // namespace flint::boot
