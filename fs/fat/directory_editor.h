// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "fs/fat/allocation_table.h"
#include "fs/fat/boot_sector.h"
#include "fs/fat/cluster_allocator.h"
#include "fs/fat/directory.h"
#include "fs/fat/directory_record.h"
#include "fs/fat/new_name.h"
#include "fs/fat/volume_store.h"
#include "platforms/base/result.h"

namespace flint::fat {

/// Changes directories. Positions count bytes from the start of a directory and
/// are multiples of a record's size.
///
/// A block is written as a whole or not at all. The records of one file are put
/// into one block wherever possible, and files appear and disappear by one
/// write. Where they need several blocks, they are written in an order in which
/// the file's own record is never without its name at the end of a directory;
/// in the midst of one, its long name may be lost if that is interrupted.
class DirectoryEditor {
 public:
  /// Where the records of one file are: [begin, end), its own is the last.
  struct Place {
    uint64_t begin;
    uint64_t end;

    uint64_t own_position() const { return end - sizeof(DirectoryRecord); }
  };

  DirectoryEditor(const Layout& layout,
                  AllocationTable& table,
                  DirectoryReader& reader,
                  VolumeStore& store,
                  ClusterAllocator& allocator)
      : layout_(layout),
        table_(table),
        reader_(reader),
        store_(store),
        allocator_(allocator) {}

  /// Fails with kInvalidArgument if a file other than the one at `except` has
  /// the name.
  Status CheckIsFree(const DirectoryPlace& directory,
                     const NewName& name,
                     std::optional<uint64_t> except);

  /// A short name for `name` that no file has, but the one at `except`.
  Result<ShortName> ChooseAlias(const DirectoryPlace& directory,
                                const NewName& name,
                                std::optional<uint64_t> except);

  /// The records of the file whose own one is at `position`.
  Result<Place> PlaceOf(const DirectoryPlace& directory, uint64_t position);

  /// Adds a file. The directory grows if it has to. Returns where its records
  /// are. kNoMemory: there is no room.
  Result<Place> Insert(const DirectoryPlace& directory,
                       std::span<const DirectoryRecord> records);

  /// Replaces the records of a file by others, by one write; none, and nothing
  /// has changed, if that is not possible.
  Result<std::optional<Place>> ReplaceAtOnce(
      const DirectoryPlace& directory,
      const Place& old_place,
      std::span<const DirectoryRecord> records);

  Status Erase(const DirectoryPlace& directory, const Place& place);

  /// Makes an empty directory that is in no other one yet, and returns its
  /// cluster. Its links have the times of `record`; `parent_cluster` is 0 for
  /// the root.
  Result<uint32_t> CreateDirectory(uint32_t parent_cluster,
                                   const DirectoryRecord& record);

  /// Changes a record.
  Status Update(const DirectoryPlace& directory,
                uint64_t position,
                const DirectoryRecord& record);

  Result<std::optional<DirectoryRecord>> Read(const DirectoryPlace& directory,
                                              uint64_t position) {
    return reader_.ReadRecord(table_, directory, position);
  }

 private:
  /// Records that are in one block, and follow each other in the directory.
  struct Group {
    uint64_t begin;
    uint64_t end;
    uint64_t offset;  // of the first one on the volume
  };

  /// What a look through a directory finds.
  struct Survey {
    /// Enough deleted records in one block.
    std::optional<uint64_t> room;
    /// The same over several blocks.
    std::optional<uint64_t> scattered_room;
    /// Deleted records right before the end start here.
    uint64_t last_run = 0;
    /// No record in use from here on.
    uint64_t end = 0;
  };

  Result<Group> GroupAt(const DirectoryPlace& directory, uint64_t position);
  Result<Survey> LookForRoom(const DirectoryPlace& directory, size_t count);
  Result<bool> HasRecord(const DirectoryPlace& directory, uint64_t position);
  Result<uint64_t> StartAtEnd(const DirectoryPlace& directory,
                              uint64_t end,
                              uint64_t size_bytes);
  Status GrowTo(const DirectoryPlace& directory, uint64_t size_bytes);
  Status ZeroChain(uint32_t first, uint32_t count);
  Status EndAt(const DirectoryPlace& directory, uint64_t position);
  Status WriteRecords(const DirectoryPlace& directory,
                      uint64_t position,
                      std::span<const DirectoryRecord> records);
  Status MarkDeleted(const DirectoryPlace& directory,
                     uint64_t begin,
                     uint64_t end);
  Result<std::optional<uint64_t>> RoomInGroup(const DirectoryPlace& directory,
                                              const Group& group,
                                              const Place& old_place,
                                              size_t count,
                                              uint64_t& end);

  const Layout& layout_;
  AllocationTable& table_;
  DirectoryReader& reader_;
  VolumeStore& store_;
  ClusterAllocator& allocator_;
};

}  // namespace flint::fat
