// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "drivers/block/block_window.h"
#include "fs/iso9660/volume_descriptors.h"
#include "fs/partition/partition_table.h"
#include "platforms/base/arena.h"
#include "platforms/base/result.h"

namespace flint::partition {

/// Adds to a disk's table what the ISO 9660 file system on it has: its boot
/// images for UEFI, unless the table has an EFI system partition, and those
/// only that do not start where a partition does; then all of the disk.
///
/// A catalogue that cannot be read, or an image that does not lie on the disk,
/// costs only itself, and is logged. kNoMemory.
Result<PartitionTable> AddIsoImage(
    const iso9660::VolumeDescriptors& descriptors,
    const PartitionTable& table,
    block::BlockWindow& window,
    Arena& arena);

}  // namespace flint::partition
