// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "drivers/block/block_batch.h"
#include "platforms/base/bytes.h"
#include "platforms/base/result.h"

namespace flint::volume {

/// A file or directory of one file system: a plain value that owns nothing.
/// Stays meaningful until the file is deleted or moved.
struct File {
  uint64_t size_bytes;  // 0 for a directory
  bool is_directory;
  /// Where it is; known only to the file system that made it.
  std::array<uint64_t, 3> location;
};

/// A point in time as a format stores it: local time without a zone. Year 0
/// means that the format does not tell.
struct Timestamp {
  uint16_t year = 0;
  uint8_t month = 0;  // from 1
  uint8_t day = 0;    // from 1
  uint8_t hour = 0;
  uint8_t minute = 0;
  uint8_t second = 0;
  uint32_t nanosecond = 0;
  bool operator==(const Timestamp&) const = default;
};

struct FileAttributes {
  bool read_only = false;
  bool hidden = false;
  bool system = false;
  bool archive = false;
  bool operator==(const FileAttributes&) const = default;
};

/// A name in a directory. Names are UTF-8; the longest a FAT or UEFI name can
/// be is 255 UTF-16 units, at most three bytes each.
struct DirectoryEntry {
  static constexpr size_t kMaxNameBytes = 255 * 3;

  File file;
  size_t name_size;
  std::array<char, kMaxNameBytes> name_storage;
  FileAttributes attributes{};
  Timestamp created{};
  Timestamp modified{};
  Timestamp accessed{};

  std::string_view name() const { return {name_storage.data(), name_size}; }
};

/// A file system as a whole.
struct VolumeInfo {
  static constexpr size_t kMaxLabelBytes = 64;

  uint64_t size_bytes = 0;
  uint64_t free_bytes = 0;
  /// The unit in which files take up space.
  uint32_t cluster_size_bytes = 0;
  size_t label_size = 0;
  std::array<char, kMaxLabelBytes> label_storage{};  // UTF-8

  std::string_view label() const { return {label_storage.data(), label_size}; }
};

/// How far a listing has come. Starts default-constructed.
struct DirectoryCursor {
  uint64_t position = 0;
};

class FileWriter;

/// A mounted file system.
///
/// Paths are UTF-8, separated by '/' or '\\' (both, mixed, repeated, leading or
/// trailing are fine), compared without case as the format prescribes; "." and
/// ".." work, and ".." of the root is the root.
class FileSystem {
 public:
  virtual ~FileSystem() = default;

  /// The file at `path` below `directory`. kNotFound; kCorrupt.
  virtual Result<File> Open(const File& directory, std::string_view path) = 0;

  virtual File root() = 0;

  /// The file at `path` below the root.
  Result<File> Open(std::string_view path) { return Open(root(), path); }

  /// Fills in the next entry and advances the cursor; false at the end.
  /// "." and ".." and volume labels are not listed.
  virtual Result<bool> List(const File& directory,
                            DirectoryCursor& cursor,
                            DirectoryEntry& entry) = 0;

  /// Reads bytes [offset, offset + out.size()) now. kOutOfRange beyond the end
  /// of the file. For headers, small texts and odd pieces.
  virtual Status Read(const File& file, uint64_t offset, MutableBytes out) = 0;

  /// Adds to `batch` what reads bytes [offset, offset + size_bytes) of the file
  /// to the start of `destination`, straight from the disk. Nothing of it may
  /// be used before the batch was submitted.
  ///
  /// `destination` must hold `size_bytes` rounded up to the disk's block size,
  /// and start at a multiple of `block::kBufferAlignmentBytes`; what follows
  /// the last byte is undefined. Any `offset` works; one that is a multiple of
  /// the block size needs no copy.
  ///
  /// After kDeviceError or kTimedOut the batch may hold some of the file and
  /// must be discarded; after any other failure it holds nothing of it.
  virtual Status ReadInto(const File& file,
                          uint64_t offset,
                          uint64_t size_bytes,
                          MutableBytes destination,
                          block::BlockBatch& batch) = 0;

  /// What there is to say of the volume. kUnsupported: nothing.
  virtual Result<VolumeInfo> Describe() {
    return Fail(ErrorCode::kUnsupported, "file system does not tell");
  }

  /// True if both are the same file or directory, however each was found.
  virtual bool IsSame(const File& a, const File& b) {
    return a.location == b.location;
  }

  /// How to change what is there; null if nothing can be changed.
  virtual FileWriter* writer() { return nullptr; }
};

}  // namespace flint::volume
