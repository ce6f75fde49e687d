// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "drivers/block/block_device.h"
#include "platforms/base/result.h"

namespace flint::block {

/// Collects extents of one disk, so that many files, or the many fragments of
/// one, cost one call of the driver. Neighbours on disk and in memory are
/// merged. When the storage is full the batch is submitted and starts anew.
class BlockBatch {
 public:
  /// `device` and `storage` must outlive the batch.
  BlockBatch(BlockDevice& device, std::span<BlockExtent> storage)
      : device_(device), storage_(storage) {}

  BlockDevice& device() const { return device_; }

  /// Adds an extent. Fails only if a submission it causes fails, or the
  /// storage is empty (kNoMemory).
  Status Add(BlockExtent extent);

  /// Reads everything added since the last submission. Whether it succeeds or
  /// not, the batch is empty afterwards.
  Status Submit();

  /// Forgets everything added since the last submission.
  void Discard() { used_ = 0; }

 private:
  BlockDevice& device_;
  std::span<BlockExtent> storage_;
  size_t used_ = 0;
};

}  // namespace flint::block
