// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "fs/fat/fat_editor.h"
#include "fs/fat/file_location.h"
#include "fs/fat/timestamps.h"

namespace flint::fat {
namespace {

using volume::File;
using volume::FileMetadata;

/// Puts attributes and the times that are known into a record.
void SetMetadataOf(const FileMetadata& metadata, DirectoryRecord& record) {
  const auto set = [&](uint8_t bit, bool is_set) {
    record.attributes = static_cast<uint8_t>(is_set ? record.attributes | bit
                                                    : record.attributes & ~bit);
  };
  set(DirectoryRecord::kReadOnly, metadata.attributes.read_only);
  set(DirectoryRecord::kHidden, metadata.attributes.hidden);
  set(DirectoryRecord::kSystem, metadata.attributes.system);
  set(DirectoryRecord::kArchive, metadata.attributes.archive);
  if (const auto created = EncodeTimestamp(metadata.created)) {
    record.created_date = created->date;
    record.created_time = created->time;
    record.created_centiseconds = created->centiseconds;
  }
  if (const auto modified = EncodeTimestamp(metadata.modified)) {
    record.modified_date = modified->date;
    record.modified_time = modified->time;
  }
  if (const auto accessed = EncodeTimestamp(metadata.accessed)) {
    record.accessed_date = accessed->date;
  }
}

}  // namespace

FatEditor::FatEditor(FatVolume& volume)
    : volume_(volume),
      store_(volume.range_, volume.bounce_, volume.table_, volume.directories_),
      table_(volume.layout_, volume.table_, store_),
      marks_(volume.layout_, store_, volume.state_),
      clusters_(volume.layout_,
                volume.table_,
                volume.directories_,
                table_,
                marks_,
                volume.state_),
      directories_(volume.layout_,
                   volume.table_,
                   volume.directories_,
                   store_,
                   clusters_) {
  volume.NoticeOtherWriters();
  // Its memory is the store's now.
  volume.data_.Invalidate();
}

FatEditor::~FatEditor() {
  // What it wrote itself is known.
  volume_.known_write_count_ = volume_.range_.device->write_count();
}

void FatEditor::ForgetChains() {
  volume_.chain_ = ClusterChain();
  volume_.directories_.ForgetChain();
}

/// The cluster by which ".." leads to a directory. [fat 6.5]
uint32_t FatEditor::LinkTo(uint64_t directory_contents) const {
  const bool is_root = directory_contents == volume_.root().location[kContents];
  return is_root ? 0 : static_cast<uint32_t>(directory_contents);
}

File FatEditor::FileOf(const Found& found) const {
  const DirectoryRecord& record = found.record;
  return {.size_bytes = record.is_directory() ? 0 : uint64_t{record.size_bytes},
          .is_directory = record.is_directory(),
          .location = {FirstClusterOf(found), found.parent, found.position}};
}

Result<FatEditor::Found> FatEditor::Find(const File& file) {
  if (file.is_directory) return FindDirectory(file);
  Found found{.parent = file.location[kParent],
              .position = file.location[kPosition],
              .record = {}};
  const auto record =
      TRY(directories_.Read(PlaceOf(found.parent), found.position));
  if (!record || record->name[0] == DirectoryRecord::kEnd ||
      record->name[0] == DirectoryRecord::kDeleted || record->is_long_name() ||
      record->is_volume_label() || record->is_directory()) {
    return Fail(ErrorCode::kNotFound, "the file is not there any more");
  }
  found.record = *record;
  return found;
}

/// The record of a directory, by its cluster: where it is in its parent may be
/// unknown.
Result<FatEditor::Found> FatEditor::FindDirectory(const File& directory) {
  if (volume_.IsSame(directory, volume_.root())) {
    return Fail(ErrorCode::kInvalidArgument, "this is the root directory");
  }
  const File parent = TRY(volume_.ParentOf(directory));
  DirectoryItem item;
  uint64_t position = 0;
  while (TRY(volume_.directories_.ReadItem(
      volume_.table_, PlaceOf(parent), position, item))) {
    if (item.record.is_directory() &&
        FirstCluster(layout().type, item.record) ==
            directory.location[kContents]) {
      return Found{.parent = parent.location[kContents],
                   .position = item.position,
                   .record = item.record};
    }
  }
  return Fail(ErrorCode::kNotFound, "the directory is not there any more");
}

Status FatEditor::Update(const Found& found) {
  return directories_.Update(
      PlaceOf(found.parent), found.position, found.record);
}

Result<File> FatEditor::Create(const File& directory,
                               std::string_view name,
                               bool is_directory,
                               const FileMetadata& metadata) {
  if (!directory.is_directory) {
    return Fail(ErrorCode::kInvalidArgument, "a file has no entries");
  }
  const DirectoryPlace place = PlaceOf(directory);
  const NewName new_name = TRY(NewName::Create(name));
  TRY(directories_.CheckIsFree(place, new_name, std::nullopt));
  const ShortName alias =
      TRY(directories_.ChooseAlias(place, new_name, std::nullopt));

  Found found{
      .parent = directory.location[kContents], .position = 0, .record = {}};
  // A date has to be valid, whether anyone knows it or not.
  found.record.modified_date = kFirstDate;
  SetMetadataOf(metadata, found.record);
  uint32_t cluster = 0;
  if (is_directory) {
    found.record.attributes |= DirectoryRecord::kDirectory;
    cluster =
        TRY(directories_.CreateDirectory(LinkTo(found.parent), found.record));
    SetFirstCluster(layout().type, cluster, found.record);
  }
  const RecordSet records(new_name, alias, found.record);
  const auto inserted = directories_.Insert(place, records.records());
  if (!inserted) {
    // Without room nothing was written, so nothing leads to the cluster.
    if (cluster != 0 && inserted.error().code() == ErrorCode::kNoMemory) {
      TRY(clusters_.Free(cluster));
    }
    return std::unexpected(inserted.error());
  }
  found.position = inserted->own_position();
  return FileOf(found);
}

Status FatEditor::Remove(const File& file) {
  const Found found = TRY(Find(file));
  const uint32_t cluster = FirstClusterOf(found);
  if (file.is_directory) {
    DirectoryItem item;
    uint64_t position = 0;
    if (TRY(volume_.directories_.ReadItem(
            volume_.table_, PlaceOf(file), position, item))) {
      return Fail(ErrorCode::kInvalidArgument, "the directory is not empty");
    }
  }
  if (cluster != 0) TRY(clusters_.CheckChain(cluster));
  const DirectoryPlace directory = PlaceOf(found.parent);
  const auto place = TRY(directories_.PlaceOf(directory, found.position));
  TRY(directories_.Erase(directory, place));
  ForgetChains();
  return cluster != 0 ? clusters_.Free(cluster) : Status();
}

Status FatEditor::SetMetadata(const File& file, const FileMetadata& metadata) {
  Found found = TRY(Find(file));
  SetMetadataOf(metadata, found.record);
  return Update(found);
}

}  // namespace flint::fat
