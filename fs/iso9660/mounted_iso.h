// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "drivers/block/aligned_buffer.h"
#include "drivers/block/block_batch.h"
#include "drivers/block/fake_block_device.h"
#include "fs/iso9660/iso9660_volume.h"
#include "fs/volume/file_system.h"
#include "gtest/gtest.h"
#include "platforms/base/bytes.h"
#include "testing/result_matchers.h"

namespace flint::iso9660 {

/// A volume that is all of a disk, and may be no good.
class MountedIso {
 public:
  explicit MountedIso(std::vector<std::byte> image,
                      uint32_t block_size_bytes = 2048)
      : disk_(std::move(image), {.block_size_bytes = block_size_bytes}),
        scratch_(Iso9660Volume::MinScratchBytes(block_size_bytes)),
        volume_(Iso9660Volume::Create({&disk_, 0, disk_.geometry().block_count},
                                      scratch_.bytes())) {}

  const Result<Iso9660Volume>& result() const { return volume_; }
  Iso9660Volume* operator->() { return &*volume_; }
  block::FakeBlockDevice& disk() { return disk_; }

  /// The names in a directory; directories end in '/'.
  Result<std::vector<std::string>> List(std::string_view path) {
    const volume::File directory = TRY(volume_->Open(path));
    std::vector<std::string> names;
    volume::DirectoryCursor cursor;
    volume::DirectoryEntry entry;
    while (TRY(volume_->List(directory, cursor, entry))) {
      names.emplace_back(entry.name());
      if (entry.file.is_directory) names.back() += '/';
    }
    return names;
  }

  /// A file, read in both ways, which must give the same.
  Result<std::string> Contents(std::string_view path) {
    const volume::File file = TRY(volume_->Open(path));
    std::vector<std::byte> contents(file.size_bytes);
    const Status read = volume_->Read(file, 0, contents);
    block::AlignedBuffer buffer(file.size_bytes + 4096);
    std::vector<block::BlockExtent> extents(8);
    block::BlockBatch batch(disk_, extents);
    const Status added =
        volume_->ReadInto(file, 0, file.size_bytes, buffer.bytes(), batch);
    EXPECT_EQ(read.has_value(), added.has_value());
    TRY(added);
    TRY(batch.Submit());
    const std::string text(AsText(contents));
    EXPECT_EQ(AsText(buffer.bytes().first(file.size_bytes)), text);
    return text;
  }

 private:
  block::FakeBlockDevice disk_;
  block::AlignedBuffer scratch_;
  Result<Iso9660Volume> volume_;
};

}  // namespace flint::iso9660
