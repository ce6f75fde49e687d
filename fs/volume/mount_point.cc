// SPDX-License-Identifier: Apache-2.0
#include "fs/volume/mount_point.h"

#include <utility>

#include "fs/fat/boot_sector.h"

namespace flint::volume {

Status MountPoint::Mount(const block::BlockRange& range, MutableBytes scratch) {
  mounted_.emplace<std::monostate>();
  TRY(Try<fat::FatVolume>(range, scratch));
  if (file_system() == nullptr) {
    TRY(Try<iso9660::Iso9660Volume>(range, scratch));
  }
  if (file_system() != nullptr) return {};
  return Fail(ErrorCode::kNotFound, "no file system that can be read");
}

/// Mounts a file system of this kind; nothing if there is none.
template <typename Kind>
Status MountPoint::Try(const block::BlockRange& range, MutableBytes scratch) {
  Result<Kind> volume = Kind::Create(range, scratch);
  if (volume) {
    mounted_.emplace<Kind>(*std::move(volume));
  } else if (volume.error().code() != ErrorCode::kNotFound) {
    return std::unexpected(volume.error());
  }
  return {};
}

FileSystem* MountPoint::file_system() {
  if (auto* const fat = std::get_if<fat::FatVolume>(&mounted_)) return fat;
  return std::get_if<iso9660::Iso9660Volume>(&mounted_);
}

std::string_view MountPoint::kind() const {
  if (const auto* const fat = std::get_if<fat::FatVolume>(&mounted_)) {
    return fat::ToString(fat->layout().type);
  }
  const auto* const iso = std::get_if<iso9660::Iso9660Volume>(&mounted_);
  return iso == nullptr ? "" : iso9660::ToString(iso->naming());
}

}  // namespace flint::volume
