// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "drivers/block/block_device.h"
#include "efi/abi/protocol/simple_file_system.h"
#include "efi/abi/status.h"
#include "efi/containers/intrusive_list.h"
#include "efi/events/event_services.h"
#include "efi/file_system/wall_clock.h"
#include "efi/memory/pool_services.h"
#include "fs/volume/file_system.h"
#include "fs/volume/file_writer.h"
#include "platforms/base/bytes.h"
#include "platforms/base/result.h"

namespace flint::efi {

/// A file that some handles are open to. They share it, so that each sees what
/// the others did to it.
struct OpenFile final : ListNode<OpenFile> {
  volume::File file;
  /// The directory it is in; of a directory, unknown: its ".." tells.
  volume::File parent;
  size_t handle_count = 0;
  bool deleted = false;
};

/// What a SimpleFileSystem is made of. All must outlive it.
struct SimpleFileSystemParts {
  volume::FileSystem& files;
  /// Where `files` are, for reading long pieces straight to where they go.
  block::BlockRange range;
  PoolServices& pool;
  EventServices& events;
  /// Null if nobody knows the time.
  WallClock* wall_clock = nullptr;
};

/// EFI_SIMPLE_FILE_SYSTEM_PROTOCOL over a mounted file system, and what the
/// handles of its files have in common. [uefi-2.10 13.4]
class SimpleFileSystem final : public abi::EFI_SIMPLE_FILE_SYSTEM_PROTOCOL {
 public:
  explicit SimpleFileSystem(const SimpleFileSystemParts& parts);
  SimpleFileSystem(const SimpleFileSystem&) = delete;
  SimpleFileSystem& operator=(const SimpleFileSystem&) = delete;

  /// A handle of the root directory.
  abi::EFI_STATUS OpenRoot(abi::EFI_FILE_PROTOCOL** root);

  volume::FileSystem& files() { return parts_.files; }
  /// Null if the volume cannot be written.
  volume::FileWriter* writer() { return parts_.files.writer(); }
  PoolServices& pool() { return parts_.pool; }
  EventServices& events() { return parts_.events; }
  volume::Timestamp Now();

  /// The shared state of a file for one more handle; null if there is no
  /// memory.
  OpenFile* Acquire(const volume::File& file, const volume::File& parent);
  /// A handle less.
  void Release(OpenFile& open);

  bool IsRoot(const volume::File& file) {
    return files().IsSame(file, files().root());
  }

  /// The directory a file is in.
  Result<volume::File> ParentOf(const OpenFile& open);

  /// What its directory says of a file. kNotFound: it is not there any more.
  Result<volume::DirectoryEntry> Describe(const OpenFile& open);

  /// What there is to say of the volume.
  Result<volume::VolumeInfo> DescribeVolume();
  uint64_t cluster_size_bytes();

  /// Reads bytes [offset, offset + out.size()) of a file: what is long, with
  /// one batch straight to memory.
  Status Read(const volume::File& file, uint64_t offset, MutableBytes out);

 private:
  static constexpr size_t kBatchExtents = 64;

  Result<size_t> ReadBatch(const volume::File& file,
                           uint64_t offset,
                           MutableBytes out);

  SimpleFileSystemParts parts_;
  IntrusiveList<OpenFile> open_files_;
  std::array<block::BlockExtent, kBatchExtents> extents_{};
  uint64_t cluster_size_bytes_ = 0;  // 0: not asked yet
};

}  // namespace flint::efi
