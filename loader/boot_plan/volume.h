// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "drivers/block/block_device.h"
#include "fs/volume/file_system.h"
#include "loader/boot_plan/boot_plan.h"

namespace flint::boot_plan {

/// A partition whose file system was mounted.
struct Volume {
  Place place;
  block::BlockDevice* device;
  volume::FileSystem* file_system;
  /// Of what is found there.
  Rank rank = Rank::kDisk;
};

}  // namespace flint::boot_plan
