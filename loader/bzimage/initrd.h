// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>
#include <string_view>

#include "drivers/block/block_batch.h"
#include "fs/volume/file_system.h"
#include "loader/boot_plan/failure.h"
#include "platforms/base/bytes.h"

namespace flint::bzimage {

/// The most files one initrd is made of.
inline constexpr size_t kMaxInitrdFiles = 32;

/// Files that become one initrd, one behind the other. Each starts at a block
/// boundary, so that all are read in place; the kernel skips the zeros between.
class InitrdFiles final {
 public:
  /// Opens the files, which must be at most `kMaxInitrdFiles`
  /// (kUnsupported).
  static std::expected<InitrdFiles, Failure> Open(
      volume::FileSystem& file_system,
      std::span<const std::string_view> paths,
      uint64_t block_size_bytes);

  /// From the first file's first byte to the last file's last.
  uint64_t size_bytes() const { return size_bytes_; }
  /// How much memory `Read` needs.
  uint64_t room_bytes() const { return room_bytes_; }

  /// Adds to the batch what reads all files to `memory`.
  std::expected<void, Failure> Read(volume::FileSystem& file_system,
                                    MutableBytes memory,
                                    block::BlockBatch& batch) const;

  /// Clears all of `memory` that belongs to no file. After the submission.
  void ClearSlack(MutableBytes memory) const;

 private:
  struct Piece {
    std::string_view path;
    volume::File file;
    uint64_t offset;  // of its place in memory
  };

  Status Append(std::string_view path,
                const volume::File& file,
                uint64_t block_size_bytes);

  std::array<Piece, kMaxInitrdFiles> pieces_;
  size_t piece_count_ = 0;
  uint64_t size_bytes_ = 0;
  uint64_t room_bytes_ = 0;
};

}  // namespace flint::bzimage
