// SPDX-License-Identifier: Apache-2.0
#include "fs/volume/mount_point.h"

#include <utility>

#include "fs/fat/boot_sector.h"

namespace flint::volume {

Status MountPoint::Mount(const block::BlockRange& range, MutableBytes scratch) {
  mounted_.emplace<std::monostate>();
  Result<fat::FatVolume> fat = fat::FatVolume::Create(range, scratch);
  if (!fat) {
    if (fat.error().code() != ErrorCode::kNotFound) {
      return std::unexpected(fat.error());
    }
    return Fail(ErrorCode::kNotFound, "no file system that can be read");
  }
  mounted_.emplace<fat::FatVolume>(*std::move(fat));
  return {};
}

FileSystem* MountPoint::file_system() {
  return std::get_if<fat::FatVolume>(&mounted_);
}

std::string_view MountPoint::kind() const {
  const auto* fat = std::get_if<fat::FatVolume>(&mounted_);
  return fat == nullptr ? "" : fat::ToString(fat->layout().type);
}

}  // namespace flint::volume
