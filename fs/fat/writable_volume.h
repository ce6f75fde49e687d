// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "drivers/block/aligned_buffer.h"
#include "drivers/block/block_device.h"
#include "fs/fat/fat_checker.h"
#include "fs/fat/fat_image_builder.h"
#include "fs/fat/fat_volume.h"
#include "fs/fat/recording_disk.h"
#include "fs/volume/file_system.h"
#include "fs/volume/file_writer.h"
#include "platforms/base/bytes.h"
#include "platforms/base/result.h"

namespace flint::fat {

/// The disk's blocks need not be the volume's sectors.
struct VolumeKind {
  std::string_view name;
  FatImageBuilder::Shape shape;
  uint32_t block_size_bytes;
};

/// Each type of FAT on disks with small and with large blocks: there, clusters,
/// tables and directories share blocks.
inline const std::vector<VolumeKind>& VolumeKinds() {
  static const std::vector<VolumeKind> kinds{
      {"Fat12", {.type = FatType::kFat12, .cluster_count = 200}, 512},
      {"Fat12OnLargeBlocks",
       {.type = FatType::kFat12, .cluster_count = 200},
       4096},
      {"Fat16", {.type = FatType::kFat16}, 512},
      {"Fat12WithLargeSectors",
       {.type = FatType::kFat12,
        .sector_size_bytes = 4096,
        .root_entry_count = 256,
        .cluster_count = 120},
       4096},
      {"Fat32",
       {.type = FatType::kFat32,
        .with_information = true,
        .cluster_count = 300},
       512},
      {"Fat32OnLargeBlocks",
       {.type = FatType::kFat32,
        .sectors_per_cluster = 2,
        .with_information = true,
        .cluster_count = 300},
       4096},
  };
  return kinds;
}

inline std::vector<std::byte> DiskOf(std::span<const std::byte> volume,
                                     uint32_t block_size_bytes) {
  std::vector<std::byte> disk(volume.begin(), volume.end());
  disk.resize((disk.size() + block_size_bytes - 1) / block_size_bytes *
              block_size_bytes);
  return disk;
}

/// A mounted volume on a disk that records, used by paths.
class WritableVolume {
 public:
  WritableVolume(std::span<const std::byte> volume, uint32_t block_size_bytes)
      : disk_(DiskOf(volume, block_size_bytes), block_size_bytes),
        scratch_(FatVolume::MinScratchBytes(block_size_bytes)),
        volume_(FatVolume::Create({&disk_, 0, disk_.geometry().block_count},
                                  scratch_.bytes())) {}

  bool is_mounted() const { return volume_.has_value(); }
  RecordingDisk& disk() { return disk_; }
  FatVolume& files() { return *volume_; }
  volume::FileWriter& writer() { return *volume_->writer(); }
  CheckReport Check() const { return CheckVolume(disk_.contents()); }

  /// Creates the file or directory at `path`, whose directory exists.
  Result<volume::File> Create(std::string_view path,
                              bool is_directory = false) {
    const auto [directory, name] = TRY(Split(path));
    return writer().Create(
        directory, name, is_directory, {.created = kNow, .modified = kNow});
  }

  Status Write(std::string_view path, uint64_t offset, std::string_view data) {
    volume::File file = TRY(files().Open(path));
    return writer().Write(file, offset, AsBytes(data), kNow);
  }

  Status CreateWith(std::string_view path, std::string_view data) {
    volume::File file = TRY(Create(path));
    return writer().Write(file, 0, AsBytes(data), kNow);
  }

  Status Resize(std::string_view path, uint64_t size) {
    volume::File file = TRY(files().Open(path));
    return writer().Resize(file, size, kNow);
  }

  Status Remove(std::string_view path) {
    return writer().Remove(TRY(files().Open(path)));
  }

  Status Move(std::string_view from, std::string_view to) {
    volume::File file = TRY(files().Open(from));
    const auto [directory, name] = TRY(Split(to));
    return writer().Move(file, directory, name);
  }

  Result<std::string> Read(std::string_view path) {
    const volume::File file = TRY(files().Open(path));
    std::string text(file.size_bytes, '?');
    TRY(files().Read(file, 0, std::as_writable_bytes(std::span(text))));
    return text;
  }

  static constexpr volume::Timestamp kNow{
      .year = 2026, .month = 11, .day = 23, .hour = 10, .minute = 30};

 private:
  Result<std::pair<volume::File, std::string_view>> Split(
      std::string_view path) {
    const size_t slash = path.rfind('/');
    if (slash == std::string_view::npos) {
      return std::pair(files().root(), path);
    }
    const volume::File directory = TRY(files().Open(path.substr(0, slash)));
    return std::pair(directory, path.substr(slash + 1));
  }

  RecordingDisk disk_;
  block::AlignedBuffer scratch_;
  Result<FatVolume> volume_;
};

}  // namespace flint::fat
