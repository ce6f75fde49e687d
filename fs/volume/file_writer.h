// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "fs/volume/file_system.h"
#include "platforms/base/bytes.h"
#include "platforms/base/result.h"

namespace flint::volume {

/// What a directory says of a file besides its name, place and size.
struct FileMetadata {
  FileAttributes attributes{};
  Timestamp created{};
  Timestamp modified{};
  Timestamp accessed{};
};

/// The writing side of a mounted file system.
///
/// Where a `File` is passed by non-const reference, the operation updates it:
/// other copies of the value may be out of date afterwards. The attributes of a
/// file are not obeyed here: whether a read-only file may be written is for the
/// caller to decide. An interrupted operation never loses what was there
/// before it.
///
/// All may fail with kNoMemory (the volume is full), kCorrupt, and what the
/// disk reports. What is written is durable only after `Flush`.
class FileWriter {
 public:
  virtual ~FileWriter() = default;

  /// A new empty file or directory. kInvalidArgument: the name is taken, or is
  /// none for this file system.
  virtual Result<File> Create(const File& directory,
                              std::string_view name,
                              bool is_directory,
                              const FileMetadata& metadata) = 0;

  /// Writes bytes [offset, offset + data.size()), and lengthens the file if
  /// that is beyond its end; zeros fill a gap. kOutOfRange: longer than a file
  /// can be, or a directory.
  virtual Status Write(File& file,
                       uint64_t offset,
                       Bytes data,
                       const Timestamp& now) = 0;

  /// Cuts the file, or lengthens it by zeros. kOutOfRange as above.
  virtual Status Resize(File& file,
                        uint64_t size_bytes,
                        const Timestamp& now) = 0;

  /// Removes a file or an empty directory. kInvalidArgument: a directory that
  /// is not empty, or the root.
  virtual Status Remove(const File& file) = 0;

  /// Gives the file another name, place or both. kInvalidArgument: as for
  /// `Create`, or a directory would get into itself.
  virtual Status Move(File& file,
                      const File& directory,
                      std::string_view name) = 0;

  virtual Status SetMetadata(File& file, const FileMetadata& metadata) = 0;

  /// Renames the volume. kInvalidArgument: no label for this file system.
  virtual Status SetLabel(std::string_view label) = 0;

  /// Makes everything written durable.
  virtual Status Flush() = 0;
};

}  // namespace flint::volume
