// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "drivers/block/block_batch.h"
#include "drivers/block/block_device.h"
#include "drivers/block/range_reader.h"
#include "fs/iso9660/directory.h"
#include "fs/iso9660/volume_descriptors.h"
#include "fs/volume/file_system.h"
#include "platforms/base/bytes.h"
#include "platforms/base/result.h"

namespace flint::iso9660 {

/// An ISO 9660 file system, with the names of Rock Ridge or Joliet if it has
/// them. Read-only.
///
/// Names are compared with case first, as Rock Ridge wants it; a file whose
/// name differs in case alone is found where no other is.
///
/// Nothing a disk may hold makes it fail in any other way than by the errors of
/// the interface, nor do work without bound.
class Iso9660Volume final : public volume::FileSystem {
 public:
  /// The working memory that suffices on a disk of this block size. More makes
  /// for fewer requests.
  static constexpr size_t MinScratchBytes(uint32_t block_size_bytes) {
    return std::max<size_t>(size_t{64} * 1024, size_t{8} * block_size_bytes);
  }
  static constexpr size_t kGoodScratchBytes = size_t{256} * 1024;

  /// Mounts what `range` holds. `scratch` starts at a multiple of
  /// `block::kBufferAlignmentBytes`; it and the disk must outlive the volume.
  ///
  /// kNotFound: it is no ISO 9660 file system. kUnsupported, kCorrupt: as
  /// `ReadVolumeDescriptors` and `DirectoryReader::Create`. kNoMemory:
  /// `scratch` is too small. And what the disk reports.
  static Result<Iso9660Volume> Create(const block::BlockRange& range,
                                      MutableBytes scratch);

  Iso9660Volume(Iso9660Volume&&) = default;
  Iso9660Volume& operator=(Iso9660Volume&&) = default;

  Naming naming() const { return directories_.naming(); }

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

 private:
  Iso9660Volume() = default;

  void StartOperation();
  Result<volume::File> Find(const volume::File& directory,
                            std::string_view name);
  Result<volume::File> ParentOf(const volume::File& directory);
  Result<Sections> SectionsOf(const volume::File& file);

  /// Calls `visit(offset, size, is_last)` for each piece of the volume that
  /// bytes [offset, offset + size_bytes) of the file consist of; for none if
  /// one of them is not on the volume.
  template <typename Visitor>
  Status ForEachPiece(const volume::File& file,
                      uint64_t offset,
                      uint64_t size_bytes,
                      Visitor visit);

  block::BlockRange range_{};
  uint64_t range_bytes_ = 0;
  uint64_t volume_bytes_ = 0;
  DirectoryReader directories_;
  block::RangeReader data_;
  /// The disk's, as of all that is remembered.
  uint64_t known_write_count_ = 0;
};

/// "ISO 9660", "ISO 9660 with Rock Ridge", "ISO 9660 with Joliet".
std::string_view ToString(Naming naming);

}  // namespace flint::iso9660
