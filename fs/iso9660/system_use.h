// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "drivers/block/block_window.h"
#include "platforms/base/bytes.h"
#include "platforms/base/result.h"

namespace flint::iso9660 {

/// What Rock Ridge says of a file, beside its directory record.
struct SystemUse {
  /// POSIX allows no more.
  static constexpr size_t kMaxNameBytes = 255;

  std::string_view name() const { return {name_storage.data(), name_size}; }

  /// NM: as the system that made it wrote it. Empty if there is none, or it is
  /// too long.
  std::array<char, kMaxNameBytes> name_storage;
  size_t name_size = 0;
  /// CL: where the directory really is for which this file stands.
  std::optional<uint32_t> child_block;
  /// PL: where the parent really is.
  std::optional<uint32_t> parent_block;
  /// RE: a directory that has been moved here, and is found elsewhere.
  bool is_relocated = false;
  /// Neither a file nor a directory: a symbolic link, a device.
  bool is_special = false;
  /// ZF: the contents are compressed.
  bool is_compressed = false;
  /// It has entries that only Rock Ridge has.
  bool is_rock_ridge = false;
  /// SP, which only the first record of the root has: how many bytes of every
  /// other record's area belong to somebody else.
  std::optional<uint8_t> skipped_bytes;
};

/// Reads the areas of directory records that are for systems' use. [susp],
/// [rock-ridge]
class SystemUseReader {
 public:
  SystemUseReader() = default;

  /// Areas continue elsewhere on the volume, of which `window` shows all.
  SystemUseReader(const block::BlockWindow& window, uint32_t block_size_bytes)
      : window_(window), block_size_bytes_(block_size_bytes) {}

  /// Everything about one file. kCorrupt: an area continues without end, where
  /// none can be, or those of many files are all over the volume. And what the
  /// disk reports.
  Result<SystemUse> Read(Bytes area);

  /// Begins a new operation, to which a bound on requests applies.
  void StartOperation() { requests_left_ = kMaxRequests; }

  /// Forgets what was read of the volume.
  void Forget() { window_.Invalidate(); }

 private:
  /// Each reads as many continuations as the window holds: makers put those of
  /// a directory together.
  static constexpr size_t kMaxRequests = 1024;

  Result<Bytes> View(uint64_t offset, size_t size_bytes);

  block::BlockWindow window_;
  uint32_t block_size_bytes_ = 0;
  size_t requests_left_ = kMaxRequests;
};

}  // namespace flint::iso9660
