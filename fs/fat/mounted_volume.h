// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/block/aligned_buffer.h"
#include "drivers/block/block_batch.h"
#include "drivers/block/block_device.h"
#include "drivers/block/fake_block_device.h"
#include "fs/fat/fat_image_builder.h"
#include "fs/fat/fat_volume.h"
#include "fs/volume/file_system.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platforms/base/bytes.h"
#include "testing/result_matchers.h"

namespace flint::fat {

/// Text that repeats itself, but never in step with clusters.
inline std::string Pattern(size_t size) {
  constexpr size_t kPeriod = 64 * 1024 + 1;
  std::string text;
  text.reserve(size + kPeriod);
  uint32_t state = 12345;
  while (text.size() < std::min(size, kPeriod)) {
    state = state * 1664525 + 1013904223;
    text.push_back(static_cast<char>(state >> 24));
  }
  const std::string period = text;
  while (text.size() < size) text += period;
  text.resize(size);
  return text;
}

struct MountOptions {
  uint32_t block_size_bytes = 512;
  size_t scratch_bytes = 0;  // 0 means the minimum
  /// Blocks before and after the volume, filled with garbage.
  uint64_t blocks_around = 3;
};

/// A volume mounted from the middle of a disk.
class MountedVolume {
 public:
  explicit MountedVolume(const FatImageBuilder& builder)
      : MountedVolume(builder, MountOptions{}) {}
  MountedVolume(const FatImageBuilder& builder, const MountOptions& options)
      : disk_(Surround(builder.image(), options),
              {.block_size_bytes = options.block_size_bytes}),
        scratch_(options.scratch_bytes != 0
                     ? options.scratch_bytes
                     : FatVolume::MinScratchBytes(options.block_size_bytes)),
        range_{&disk_,
               options.blocks_around,
               disk_.geometry().block_count - 2 * options.blocks_around},
        volume_(FatVolume::Create(range_, scratch_.bytes())),
        batch_(disk_, storage_) {
    EXPECT_THAT(volume_, ::flint::testing::IsOk());
  }

  FatVolume* operator->() { return &*volume_; }
  block::FakeBlockDevice& disk() { return disk_; }
  block::BlockBatch& batch() { return batch_; }
  uint64_t first_lba() const { return range_.first_lba; }

  /// What the directory lists.
  Result<std::vector<std::string>> Names(std::string_view path) {
    const volume::File directory = TRY(volume_->Open(path));
    std::vector<std::string> names;
    volume::DirectoryCursor cursor;
    volume::DirectoryEntry entry;
    while (TRY(volume_->List(directory, cursor, entry))) {
      names.emplace_back(entry.name());
    }
    return names;
  }

  /// The whole file, through `Read`.
  Result<std::string> Contents(std::string_view path) {
    const volume::File file = TRY(volume_->Open(path));
    block::AlignedBuffer buffer(file.size_bytes + 1);
    TRY(volume_->Read(file, 0, buffer.bytes().subspan(1)));
    return std::string(AsText(buffer.bytes().subspan(1)));
  }

  /// Some of the file, through `ReadInto`.
  Result<std::string> ContentsInto(const volume::File& file,
                                   uint64_t offset,
                                   uint64_t size) {
    const uint64_t block_size = disk_.geometry().block_size_bytes;
    const uint64_t room = (size + block_size - 1) / block_size * block_size;
    block::AlignedBuffer buffer(room);
    TRY(volume_->ReadInto(file, offset, size, buffer.bytes(), batch_));
    TRY(batch_.Submit());
    return std::string(AsText(buffer.bytes().first(size)));
  }

 private:
  static std::vector<std::byte> Surround(const std::vector<std::byte>& image,
                                         const MountOptions& options) {
    const size_t around = options.blocks_around * options.block_size_bytes;
    std::vector<std::byte> disk(around, std::byte{0xa5});
    disk.insert(disk.end(), image.begin(), image.end());
    disk.resize((disk.size() + options.block_size_bytes - 1) /
                options.block_size_bytes * options.block_size_bytes);
    disk.resize(disk.size() + around, std::byte{0xa5});
    return disk;
  }

  block::FakeBlockDevice disk_;
  block::AlignedBuffer scratch_;
  block::BlockRange range_;
  Result<FatVolume> volume_;
  std::array<block::BlockExtent, 16> storage_{};
  block::BlockBatch batch_;
};

}  // namespace flint::fat
