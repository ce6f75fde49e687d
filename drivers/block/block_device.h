// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "platforms/base/result.h"

namespace flint::block {

/// Buffers must start at a multiple of this, whatever the block size.
inline constexpr uint64_t kBufferAlignmentBytes = 512;

/// True if `buffer` starts at a multiple of that.
inline bool IsTransferAligned(std::span<const std::byte> buffer) {
  return std::bit_cast<uintptr_t>(buffer.data()) % kBufferAlignmentBytes == 0;
}

/// Consecutive blocks and the memory they are read into.
struct BlockExtent {
  uint64_t lba;
  std::span<std::byte> buffer;
};

/// Consecutive blocks and the memory they are written from.
struct ConstBlockExtent {
  uint64_t lba;
  std::span<const std::byte> buffer;
};

struct BlockGeometry {
  /// Size of a logical block: a power of two from 512 to 32768.
  uint32_t block_size_bytes;
  uint64_t block_count;
  bool read_only;
  /// The medium can be taken out: a CD-ROM.
  bool removable = false;
};

/// A disk. Moves lists of extents, never single sectors: the driver splits at
/// the device's limits, keeps its queue full, and returns when all are done.
class BlockDevice {
 public:
  virtual ~BlockDevice() = default;
  BlockDevice(const BlockDevice&) = delete;
  BlockDevice& operator=(const BlockDevice&) = delete;

  const BlockGeometry& geometry() const { return geometry_; }

  /// What reports call this disk: "virtio-blk at pci 0000:00:03.0".
  std::string_view name() const { return name_; }

  /// Reads every extent. Lengths are multiples of the block size and buffers
  /// aligned to `kBufferAlignmentBytes` (else kInvalidArgument), blocks lie
  /// on the disk (else kOutOfRange): checked before anything is read. After
  /// kDeviceError or kTimedOut the contents of all buffers are undefined.
  Status Read(std::span<const BlockExtent> extents);

  /// Writes every extent; the same rules, and kReadOnly. Durable only after
  /// `Flush`.
  Status Write(std::span<const ConstBlockExtent> extents);

  /// Makes all completed writes durable.
  Status Flush();

  /// How often something was, or may have been, written: those who remember
  /// what they read see by it that others have written since.
  virtual uint64_t write_count() const { return write_count_; }

  /// Stops the device for good, before its memory or the machine changes
  /// hands: afterwards nothing it was told to do can reach memory, and all
  /// transfers fail with kDeviceError. May be called again. On failure
  /// (kTimedOut) the device may still write to memory it was given, which must
  /// then not be reused. Disks that share a controller stop together.
  virtual Status Quiesce() { return {}; }

 protected:
  /// `name` must outlive the device.
  BlockDevice(const BlockGeometry& geometry, std::string_view name)
      : geometry_(geometry), name_(name) {}

 private:
  // What a driver implements. The extents obey the rules above; some may be
  // empty.
  virtual Status DoRead(std::span<const BlockExtent> extents) = 0;
  virtual Status DoWrite(std::span<const ConstBlockExtent> extents) = 0;
  virtual Status DoFlush() = 0;

  BlockGeometry geometry_;
  std::string_view name_;
  uint64_t write_count_ = 0;
};

/// A part of a disk: a partition, or all of it.
struct BlockRange {
  BlockDevice* device;
  uint64_t first_lba;
  uint64_t block_count;
};

}  // namespace flint::block
