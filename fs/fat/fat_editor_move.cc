// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <optional>

#include "fs/fat/cluster_chain.h"
#include "fs/fat/fat_editor.h"
#include "fs/fat/file_location.h"

namespace flint::fat {

using volume::File;

Status FatEditor::Move(File& file,
                       const File& directory,
                       std::string_view name) {
  if (!directory.is_directory) {
    return Fail(ErrorCode::kInvalidArgument, "a file has no entries");
  }
  Found found = TRY(Find(file));
  const Destination destination{.place = PlaceOf(directory),
                                .contents = directory.location[kContents],
                                .name = TRY(NewName::Create(name))};
  const bool stays = destination.contents == found.parent;
  const auto own = stays ? std::optional(found.position) : std::nullopt;
  TRY(directories_.CheckIsFree(destination.place, destination.name, own));
  if (file.is_directory && !stays) {
    TRY(CheckIsNotBelow(directory, file.location[kContents]));
  }
  if (stays) {
    // Old name and new one change places by one write, if it can be.
    const ShortName alias =
        TRY(directories_.ChooseAlias(destination.place, destination.name, own));
    const RecordSet records(destination.name, alias, found.record);
    const auto old_place =
        TRY(directories_.PlaceOf(destination.place, found.position));
    const auto place = TRY(directories_.ReplaceAtOnce(
        destination.place, old_place, records.records()));
    if (place) {
      found.position = place->own_position();
      file = FileOf(found);
      return {};
    }
  }
  TRY(file.is_directory ? MoveDirectory(found, destination)
                        : MoveFile(found, destination));
  file = FileOf(found);
  return {};
}

/// Fails if `directory` is, or is below, the one with these contents.
Status FatEditor::CheckIsNotBelow(const File& directory, uint64_t ancestor) {
  const uint64_t root = volume_.root().location[kContents];
  File at = directory;
  // Brent's loop detection, as for chains of clusters.
  uint64_t landmark = kUnknown;
  uint64_t next_landmark_step = 1;
  for (uint64_t step = 1;; ++step) {
    const uint64_t contents = at.location[kContents];
    if (contents == ancestor) {
      return Fail(ErrorCode::kInvalidArgument,
                  "a directory cannot be moved into itself");
    }
    if (contents == root) return {};
    if (contents == landmark) {
      return Fail(ErrorCode::kCorrupt, "FAT directory has no way to the root");
    }
    if (step == next_landmark_step) {
      landmark = contents;
      next_landmark_step *= 2;
    }
    at = TRY(volume_.ParentOf(at));
  }
}

/// Adds the file under its new name and place; where it was it stays.
Result<FatEditor::Found> FatEditor::InsertMoved(
    const Found& found, const Destination& destination) {
  // Both names exist for a moment, so they must not have one alias.
  const ShortName alias = TRY(directories_.ChooseAlias(
      destination.place, destination.name, std::nullopt));
  const RecordSet records(destination.name, alias, found.record);
  const auto place =
      TRY(directories_.Insert(destination.place, records.records()));
  return Found{.parent = destination.contents,
               .position = place.own_position(),
               .record = records.records().back()};
}

/// Two directories cannot be changed at once, and clusters must never belong to
/// two files. So the new name gets a copy, and then the old one goes.
Status FatEditor::MoveFile(Found& found, const Destination& destination) {
  const uint32_t old_cluster = FirstClusterOf(found);
  Found moved = found;
  if (old_cluster != 0) {
    const uint32_t copy = TRY(CopyChain(found));
    SetFirstCluster(layout().type, copy, moved.record);
  }
  const auto inserted = InsertMoved(moved, destination);
  if (!inserted) {
    if (old_cluster != 0 && inserted.error().code() == ErrorCode::kNoMemory) {
      TRY(clusters_.Free(FirstClusterOf(moved)));
    }
    return std::unexpected(inserted.error());
  }
  if (const Status erased = EraseOldName(found); !erased) {
    if (UndoInsertion(*inserted) && old_cluster != 0) {
      static_cast<void>(clusters_.Free(FirstClusterOf(*inserted)));
    }
    return erased;
  }
  found = *inserted;
  ForgetChains();
  return old_cluster != 0 ? clusters_.Free(old_cluster) : Status();
}

/// A copy of a file's clusters, as far as its size needs them; a good chain.
Result<uint32_t> FatEditor::CopyChain(const Found& found) {
  const uint32_t old_first = FirstClusterOf(found);
  const uint32_t count = TRY(clusters_.CheckChain(old_first));
  const uint32_t first = TRY(clusters_.Allocate(count));
  ClusterChain from(old_first);
  ClusterChain to(first);
  const uint64_t cluster_size = layout().cluster_size_bytes;
  for (uint32_t index = 0; index < count;) {
    const uint32_t left = count - index;
    const auto source = TRY(from.Find(layout(), volume_.table_, index, left));
    const auto target = TRY(to.Find(layout(), volume_.table_, index, left));
    if (!source || !target) {
      return Fail(ErrorCode::kDeviceError, "FAT changed while it was read");
    }
    const uint64_t end = std::min(source->end_index(), target->end_index());
    const auto offset_in = [&](const ClusterRun& run) {
      return layout().ClusterOffset(run.first_cluster + (index - run.index));
    };
    const Status copied = store_.Copy(
        offset_in(*source), offset_in(*target), (end - index) * cluster_size);
    if (!copied) {
      TRY(clusters_.Free(first));
      return std::unexpected(copied.error());
    }
    index = static_cast<uint32_t>(end);
  }
  return first;
}

/// Takes away the name that a file had before. After a failure it still has it,
/// as far as anybody can tell.
Status FatEditor::EraseOldName(const Found& found) {
  const DirectoryPlace directory = PlaceOf(found.parent);
  const auto place = TRY(directories_.PlaceOf(directory, found.position));
  const Status erased = directories_.Erase(directory, place);
  if (erased) return {};
  // The disk may have done it all the same.
  const auto record = directories_.Read(directory, found.position);
  const bool is_gone =
      record && *record && (*record)->name[0] == DirectoryRecord::kDeleted;
  return is_gone ? Status() : erased;
}

/// Takes a new name away again; true if that worked.
bool FatEditor::UndoInsertion(const Found& inserted) {
  const DirectoryPlace directory = PlaceOf(inserted.parent);
  const auto place = directories_.PlaceOf(directory, inserted.position);
  return place && directories_.Erase(directory, *place);
}

/// What is in a directory refers to its cluster, so it cannot be copied: for
/// the time of two writes it has two names. The volume is marked as not clean
/// meanwhile.
Status FatEditor::MoveDirectory(Found& found, const Destination& destination) {
  TRY(marks_.MarkChanging());
  const Found moved = TRY(InsertMoved(found, destination));
  Status done = LinkToParent(found, moved.parent);
  if (done) done = EraseOldName(found);
  if (!done) {
    static_cast<void>(LinkToParent(found, found.parent));
    static_cast<void>(UndoInsertion(moved));
    return done;
  }
  found = moved;
  return {};
}

/// Makes the ".." of a directory lead to another one.
Status FatEditor::LinkToParent(const Found& found, uint64_t parent) {
  const DirectoryPlace self = PlaceOf(FirstClusterOf(found));
  auto link = TRY(directories_.Read(self, sizeof(DirectoryRecord)));
  const uint32_t cluster = LinkTo(parent);
  if (!link || FirstCluster(layout().type, *link) == cluster) return {};
  SetFirstCluster(layout().type, cluster, *link);
  return directories_.Update(self, sizeof(DirectoryRecord), *link);
}

}  // namespace flint::fat
