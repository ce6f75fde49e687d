// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "drivers/block/aligned_buffer.h"
#include "drivers/block/block_batch.h"
#include "drivers/block/block_device.h"
#include "fs/volume/file_system.h"
#include "platforms/base/result.h"

namespace flint::volume {

/// For fuzz targets: looks at everything on a volume, but not for ever. Aborts
/// if the file system contradicts itself; any error of its is fine.
class VolumeWalker {
 public:
  /// Of each file at most the last `max_read_bytes` are read.
  VolumeWalker(FileSystem& volume,
               block::BlockDevice& disk,
               size_t max_read_bytes)
      : volume_(volume),
        disk_(disk),
        max_read_bytes_(max_read_bytes),
        now_(max_read_bytes),
        later_(max_read_bytes + kLargestBlockBytes) {}

  void Walk() { Walk(volume_.root(), 0); }

 private:
  static constexpr size_t kLargestBlockBytes = 4096;
  static constexpr int kMaxDepth = 4;

  void Walk(const File& directory, int depth) {
    DirectoryCursor cursor;
    DirectoryEntry entry;
    while (budget_ > 0) {
      const auto found = volume_.List(directory, cursor, entry);
      if (!found || !*found) return;
      --budget_;
      if (entry.name().empty()) std::abort();
      (void)volume_.Open(directory, entry.name());
      if (!entry.file.is_directory) {
        ReadBothWays(entry.file);
      } else if (depth < kMaxDepth) {
        (void)volume_.Open(entry.file, "../..");
        Walk(entry.file, depth + 1);
      }
    }
  }

  /// What both ways of reading give must be the same.
  void ReadBothWays(const File& file) {
    const uint64_t size = std::min<uint64_t>(file.size_bytes, max_read_bytes_);
    const uint64_t offset = file.size_bytes - size;
    const Status read = volume_.Read(file, offset, now_.bytes().first(size));
    std::array<block::BlockExtent, 8> storage;
    block::BlockBatch batch(disk_, storage);
    const Status added =
        volume_.ReadInto(file, offset, size, later_.bytes(), batch);
    const Status submitted = batch.Submit();
    // The disk is fine, so a failure is found before anything is added.
    if (!submitted || read.has_value() != added.has_value()) std::abort();
    if (read && !std::ranges::equal(now_.bytes().first(size),
                                    later_.bytes().first(size))) {
      std::abort();
    }
  }

  FileSystem& volume_;
  block::BlockDevice& disk_;
  size_t max_read_bytes_;
  int budget_ = 64;
  block::AlignedBuffer now_;
  block::AlignedBuffer later_;
};

}  // namespace flint::volume
