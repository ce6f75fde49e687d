// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "platforms/base/bytes.h"
#include "platforms/base/result.h"

namespace flint::flash {

/// NOR flash: read like memory, programmed from ones to zeros, erased back to
/// ones by blocks.
///
/// A cut in power may leave what was being programmed or erased half done, and
/// everything else as it was.
class Flash {
 public:
  virtual ~Flash() = default;

  virtual uint64_t size_bytes() const = 0;
  /// A power of two; the size is a multiple of it.
  virtual uint32_t block_bytes() const = 0;

  /// Copies what is at `offset`. kOutOfRange beyond the end.
  Status Read(uint64_t offset, MutableBytes out);

  /// Clears the bits that `data` has clear; to set one takes an erase. Returns
  /// when it is done. kOutOfRange beyond the end, kDeviceError if the chip
  /// refuses (write-protected chips do), kTimedOut if it does not end.
  Status Program(uint64_t offset, Bytes data);

  /// Makes the block that starts at `offset` all ones. As above; kOutOfRange,
  /// too, if no block starts there.
  Status EraseBlock(uint64_t offset);

 private:
  virtual Status DoRead(uint64_t offset, MutableBytes out) = 0;
  virtual Status DoProgram(uint64_t offset, Bytes data) = 0;
  virtual Status DoEraseBlock(uint64_t offset) = 0;
};

}  // namespace flint::flash
