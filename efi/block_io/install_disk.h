// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "drivers/block/block_device.h"
#include "efi/abi/types.h"
#include "efi/device_path/device_path.h"
#include "efi/events/event_services.h"
#include "efi/file_system/wall_clock.h"
#include "efi/handles/handle_database.h"
#include "efi/memory/page_services.h"
#include "efi/memory/pool_services.h"
#include "platforms/base/result.h"

namespace flint::efi {

/// What making a disk's handles takes. All must outlive the handles.
struct DiskServices {
  HandleDatabase& handles;
  PageServices& pages;
  PoolServices& pool;
  EventServices& events;
  /// What files are stamped with; null if nobody knows the time.
  WallClock* wall_clock = nullptr;
};

/// Makes the handles of a disk, with all their protocols: one for the disk, one
/// for each partition. Returns that of the disk.
///
/// Each has a DevicePath, BlockIo, BlockIo2, DiskIo and DiskIo2; partitions
/// also PartitionInfo and, as a protocol without interface, their type; and
/// what holds a file system that we can read, SimpleFileSystem.
/// [uefi-2.10 5.3.3, 13]
///
/// `path` leads to the disk. `device` is used through a cache, and must not be
/// used by anybody else for as long as images run. A partition that cannot be
/// served costs only itself, and is logged. kNoMemory: not even the disk could
/// be served.
Result<abi::EFI_HANDLE> InstallDisk(const DiskServices& services,
                                    block::BlockDevice& device,
                                    const DevicePath& path);

}  // namespace flint::efi
