// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "drivers/block/block_batch.h"
#include "drivers/block/block_device.h"
#include "drivers/block/range_reader.h"
#include "fs/fat/allocation_table.h"
#include "fs/fat/boot_sector.h"
#include "fs/fat/cluster_chain.h"
#include "fs/fat/directory.h"
#include "fs/fat/volume_marks.h"
#include "fs/volume/file_system.h"
#include "fs/volume/file_writer.h"
#include "platforms/base/bytes.h"
#include "platforms/base/result.h"

namespace flint::fat {

/// A FAT12, FAT16 or FAT32 file system.
///
/// Writing is safe against interruption: after any of its writes to the disk
/// the volume is in order, but for clusters that nobody uses. Others may write
/// to the same volume between two calls, as far as `range.device` counts their
/// writes: each call starts from what is on the disk then.
///
/// Nothing a disk may hold makes it fail in any other way than by the errors of
/// the interface, nor do work beyond the size of the tables.
class FatVolume final : public volume::FileSystem, private volume::FileWriter {
 public:
  /// The working memory that suffices on a disk of this block size. More makes
  /// for fewer requests: with `kGoodScratchBytes` the allocation table is read
  /// at once where it has 832 KiB or less: 104 MiB of the smallest clusters.
  static constexpr size_t MinScratchBytes(uint32_t block_size_bytes) {
    return std::max<size_t>(size_t{64} * 1024, size_t{8} * block_size_bytes);
  }
  static constexpr size_t kGoodScratchBytes = size_t{1024} * 1024;

  /// Mounts what `range` holds. `scratch` starts at a multiple of
  /// `block::kBufferAlignmentBytes`; it and the disk must outlive the volume.
  ///
  /// kNotFound: it is no FAT file system. kUnsupported, kCorrupt: as
  /// `ParseBootSector`. kNoMemory: `scratch` is too small. And what the disk
  /// reports.
  static Result<FatVolume> Create(const block::BlockRange& range,
                                  MutableBytes scratch);

  FatVolume(FatVolume&&) = default;
  FatVolume& operator=(FatVolume&&) = default;

  const Layout& layout() const { return layout_; }

  using FileSystem::Open;
  Result<volume::File> Open(const volume::File& directory,
                            std::string_view path) override;
  volume::File root() override;
  Result<bool> List(const volume::File& directory,
                    volume::DirectoryCursor& cursor,
                    volume::DirectoryEntry& entry) override;
  Status Read(const volume::File& file,
              uint64_t offset,
              MutableBytes out) override;
  Status ReadInto(const volume::File& file,
                  uint64_t offset,
                  uint64_t size_bytes,
                  MutableBytes destination,
                  block::BlockBatch& batch) override;

  Result<volume::VolumeInfo> Describe() override;
  bool IsSame(const volume::File& a, const volume::File& b) override;
  /// Null if the disk is read-only.
  volume::FileWriter* writer() override;

 private:
  friend class FatEditor;

  FatVolume() = default;

  Result<volume::File> Create(const volume::File& directory,
                              std::string_view name,
                              bool is_directory,
                              const volume::FileMetadata& metadata) override;
  Status Write(volume::File& file,
               uint64_t offset,
               Bytes data,
               const volume::Timestamp& now) override;
  Status Resize(volume::File& file,
                uint64_t size_bytes,
                const volume::Timestamp& now) override;
  Status Remove(const volume::File& file) override;
  Status Move(volume::File& file,
              const volume::File& directory,
              std::string_view name) override;
  Status SetMetadata(volume::File& file,
                     const volume::FileMetadata& metadata) override;
  Status SetLabel(std::string_view label) override;
  Status Flush() override;

  void NoticeOtherWriters();
  Result<volume::File> Find(const volume::File& directory,
                            std::string_view name);
  Result<volume::File> ParentOf(const volume::File& directory);
  volume::File MakeFile(const volume::File& directory,
                        const DirectoryItem& item) const;

  Status CheckChain(const volume::File& file,
                    uint64_t offset,
                    uint64_t size_bytes);

  /// Calls `visit(offset, size, is_last)` for each piece of the volume that
  /// bytes [offset, offset + size_bytes) of the file consist of; for none if
  /// the chain turns out to be broken.
  template <typename Visitor>
  Status ForEachPiece(const volume::File& file,
                      uint64_t offset,
                      uint64_t size_bytes,
                      Visitor visit);

  block::BlockRange range_{};
  Layout layout_;
  AllocationTable table_;
  DirectoryReader directories_;
  block::RangeReader data_;
  /// Its memory, which writing uses in between.
  MutableBytes bounce_;
  VolumeState state_;
  /// The disk's, as of all that is remembered.
  uint64_t known_write_count_ = 0;
  /// Of the file read last.
  ClusterChain chain_;
};

}  // namespace flint::fat
