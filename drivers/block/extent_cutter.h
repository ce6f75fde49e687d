// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "drivers/block/block_device.h"

namespace flint::block {

/// Cuts a transfer of extents into pieces that a device takes, one after the
/// other, so that no list of them is needed.
///
///     ExtentCutter cutter(extents, geometry(), request_bytes_max);
///     while (const auto piece = cutter.Next()) ...
class ExtentCutter final {
 public:
  /// Pieces are of at most `piece_bytes_max`, a multiple of the block size. The
  /// extents are checked ones, and must outlive it.
  ExtentCutter(std::span<const BlockExtent> extents,
               const BlockGeometry& geometry,
               uint32_t piece_bytes_max)
      : reads_(extents),
        block_size_bytes_(geometry.block_size_bytes),
        piece_bytes_max_(piece_bytes_max) {}
  ExtentCutter(std::span<const ConstBlockExtent> extents,
               const BlockGeometry& geometry,
               uint32_t piece_bytes_max)
      : writes_(extents),
        is_write_(true),
        block_size_bytes_(geometry.block_size_bytes),
        piece_bytes_max_(piece_bytes_max) {}

  /// True if the pieces are to be written to the disk. If not, their memory is
  /// written to, const as it looks.
  bool is_write() const { return is_write_; }

  /// The next piece, never empty.
  std::optional<ConstBlockExtent> Next();

  /// How many blocks a piece is of.
  uint32_t BlockCount(const ConstBlockExtent& piece) const {
    return static_cast<uint32_t>(piece.buffer.size() / block_size_bytes_);
  }

 private:
  /// The extent that is being cut.
  std::optional<ConstBlockExtent> First() const;
  void DropFirst();

  /// One of the two is used.
  std::span<const BlockExtent> reads_{};
  std::span<const ConstBlockExtent> writes_{};
  bool is_write_ = false;
  const uint64_t block_size_bytes_;
  const uint32_t piece_bytes_max_;
  /// Of the first extent.
  size_t done_bytes_ = 0;
};

}  // namespace flint::block
