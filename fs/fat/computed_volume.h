// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "drivers/block/block_device.h"
#include "platforms/base/result.h"

namespace flint::fat {

/// A disk with a FAT32 volume whose every block is computed when it is read, so
/// that it can be larger than this machine's memory. Its files have 8.3 names
/// (`NameOf`), all in the root directory; the last one has contents, which are
/// whatever was in memory before. It counts what is asked of it.
class ComputedVolume final : public block::BlockDevice {
 public:
  struct Shape {
    uint32_t file_count = 1;
    uint64_t size_bytes = 0;
    /// Of every second cluster, instead of every one.
    bool fragmented = false;
  };

  explicit ComputedVolume(const Shape& shape);

  block::BlockRange range() {
    return {
        .device = this, .first_lba = 0, .block_count = geometry().block_count};
  }

  static std::string NameOf(uint32_t index);
  std::string last_name() const { return NameOf(shape_.file_count - 1); }

  /// How often it was asked, for how ever many extents; and for how many blocks
  /// that are not a file's contents.
  uint64_t request_count() const { return request_count_; }
  uint64_t metadata_block_count() const { return metadata_block_count_; }

 private:
  static constexpr uint32_t kBlockBytes = 512;

  /// Where everything is, in blocks and clusters.
  struct Places {
    uint64_t table_lba;
    uint64_t table_blocks;
    uint64_t data_lba;
    uint64_t block_count;
    uint32_t directory_clusters;
    uint32_t file_clusters;
    uint32_t first_file_cluster;
  };
  static Places PlacesOf(const Shape& shape);

  ComputedVolume(const Shape& shape, const Places& places);

  Status DoRead(std::span<const block::BlockExtent> extents) override;
  Status DoWrite(std::span<const block::ConstBlockExtent> extents) override;
  Status DoFlush() override { return {}; }

  void Compute(uint64_t lba, std::span<std::byte> block) const;
  uint32_t EntryOf(uint64_t cluster) const;

  Shape shape_;
  Places places_;
  std::vector<std::byte> boot_sector_;
  uint64_t request_count_ = 0;
  uint64_t metadata_block_count_ = 0;
};

}  // namespace flint::fat
