// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "fs/fat/cluster_allocator.h"
#include "fs/fat/directory.h"
#include "fs/fat/directory_editor.h"
#include "fs/fat/directory_record.h"
#include "fs/fat/fat_volume.h"
#include "fs/fat/new_name.h"
#include "fs/fat/table_editor.h"
#include "fs/fat/volume_marks.h"
#include "fs/fat/volume_store.h"
#include "fs/volume/file_system.h"
#include "fs/volume/file_writer.h"
#include "platforms/base/bytes.h"
#include "platforms/base/result.h"

namespace flint::fat {

/// One operation of `volume::FileWriter` on a volume. The contracts are those
/// of its functions.
///
/// What the disk says of a file counts, not what a `File` says that may be out
/// of date.
class FatEditor {
 public:
  explicit FatEditor(FatVolume& volume);
  ~FatEditor();
  FatEditor(const FatEditor&) = delete;
  FatEditor& operator=(const FatEditor&) = delete;

  // fat_editor_entries.cc
  Result<volume::File> Create(const volume::File& directory,
                              std::string_view name,
                              bool is_directory,
                              const volume::FileMetadata& metadata);
  Status Remove(const volume::File& file);
  Status SetMetadata(const volume::File& file,
                     const volume::FileMetadata& metadata);

  // fat_editor_move.cc
  Status Move(volume::File& file,
              const volume::File& directory,
              std::string_view name);

  // fat_editor_contents.cc
  Status Write(volume::File& file,
               uint64_t offset,
               Bytes data,
               const volume::Timestamp& now);
  Status Resize(volume::File& file,
                uint64_t size_bytes,
                const volume::Timestamp& now);

  // fat_editor_volume.cc
  Result<volume::VolumeInfo> Describe();
  Status SetLabel(std::string_view label);
  Status Flush() { return marks_.Flush(); }

 private:
  /// A file as its directory has it.
  struct Found {
    uint64_t parent;  // what the directory's `File` has as `kContents`
    uint64_t position;
    DirectoryRecord record;
  };
  /// A piece of data, or as many zeros.
  struct Contents {
    uint64_t offset;
    uint64_t size_bytes;
    const std::byte* data;  // null: zeros
  };
  struct Destination {
    DirectoryPlace place;
    uint64_t contents;
    NewName name;
  };

  Result<Found> Find(const volume::File& file);
  Result<Found> FindDirectory(const volume::File& directory);
  volume::File FileOf(const Found& found) const;
  uint32_t FirstClusterOf(const Found& found) const {
    return FirstCluster(layout().type, found.record);
  }
  Status Update(const Found& found);

  Status CheckIsNotBelow(const volume::File& directory, uint64_t ancestor);
  Status MoveFile(Found& found, const Destination& destination);
  Status MoveDirectory(Found& found, const Destination& destination);
  Result<Found> InsertMoved(const Found& found, const Destination& destination);
  Result<uint32_t> CopyChain(const Found& found);
  Status EraseOldName(const Found& found);
  bool UndoInsertion(const Found& inserted);
  Status LinkToParent(const Found& found, uint64_t parent);
  uint32_t LinkTo(uint64_t directory_contents) const;

  Result<uint32_t> CheckContents(const Found& found);
  Status Change(Found& found, uint64_t end, const Contents& contents);
  Status Fill(uint32_t first_cluster,
              const Contents& contents,
              uint64_t slack_end);
  Status Cut(Found& found, uint32_t size_bytes);
  void Touch(Found& found, const volume::Timestamp& now);

  Result<std::optional<Found>> FindLabel();
  Status SetBootSectorLabel(Bytes label);

  const Layout& layout() const { return volume_.layout_; }
  uint64_t ClustersFor(uint64_t size_bytes) const;
  void ForgetChains();

  FatVolume& volume_;
  VolumeStore store_;
  TableEditor table_;
  VolumeMarks marks_;
  ClusterAllocator clusters_;
  DirectoryEditor directories_;
};

}  // namespace flint::fat
