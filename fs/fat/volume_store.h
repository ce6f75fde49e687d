// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "drivers/block/block_device.h"
#include "fs/fat/allocation_table.h"
#include "fs/fat/directory.h"
#include "platforms/base/bytes.h"
#include "platforms/base/result.h"

namespace flint::fat {

/// Writes to a volume, and keeps what is remembered of its tables and
/// directories the same as the disk. Lives for one operation.
///
/// Offsets count bytes from the start of the volume. When a write fails nobody
/// knows what it did: everything remembered is forgotten.
class VolumeStore {
 public:
  /// Bytes and where they belong.
  struct Change {
    uint64_t offset;
    Bytes bytes;
  };

  /// `bounce` starts at a multiple of `block::kBufferAlignmentBytes` and holds
  /// at least a block; it is the store's alone as long as it lives.
  VolumeStore(const block::BlockRange& range,
              MutableBytes bounce,
              AllocationTable& table,
              DirectoryReader& directories);

  /// Writes bytes at any offset from any address, long runs straight from
  /// there. Up to `slack_bytes` behind them may be overwritten, which spares
  /// reading them first.
  Status Write(uint64_t offset, Bytes data, uint64_t slack_bytes = 0);

  /// Makes changes that all lie in one block by one write: all or none.
  Status WriteAtOnce(std::span<const Change> changes);

  Status Zero(uint64_t offset, uint64_t size_bytes);

  /// Copies what is at `from` to `to`. Whole sectors, which do not overlap.
  Status Copy(uint64_t from, uint64_t to, uint64_t size_bytes);

  /// Bytes of one block; valid until the next call.
  Result<Bytes> Read(uint64_t offset, size_t size_bytes);

  /// Makes everything written durable.
  Status Flush() { return range_.device->Flush(); }

  uint32_t block_size_bytes() const {
    return range_.device->geometry().block_size_bytes;
  }

 private:
  Result<size_t> WriteSome(uint64_t offset, Bytes data, uint64_t slack_bytes);
  Status LoadBlock(uint64_t offset);
  Result<uint64_t> LbaOf(uint64_t offset, uint64_t size_bytes) const;
  Status WriteBlocks(uint64_t offset, Bytes blocks);

  block::BlockRange range_;
  MutableBytes bounce_;
  /// The block that the bounce buffer starts with, if it is one.
  std::optional<uint64_t> loaded_;
  AllocationTable& table_;
  DirectoryReader& directories_;
};

}  // namespace flint::fat
