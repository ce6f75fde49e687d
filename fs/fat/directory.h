// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "drivers/block/block_device.h"
#include "drivers/block/block_window.h"
#include "fs/fat/allocation_table.h"
#include "fs/fat/boot_sector.h"
#include "fs/fat/cluster_chain.h"
#include "fs/fat/directory_record.h"
#include "fs/fat/names.h"
#include "platforms/base/bytes.h"
#include "platforms/base/result.h"

namespace flint::fat {

/// Where a directory's records are.
struct DirectoryPlace {
  /// The root directory of FAT12 and FAT16, which is not made of clusters.
  bool is_fixed_root = false;
  /// Else its first cluster.
  uint32_t first_cluster = 0;

  friend bool operator==(const DirectoryPlace&,
                         const DirectoryPlace&) = default;
};

/// A file or directory as its directory describes it.
struct DirectoryItem {
  DirectoryRecord record{};
  Name short_name;
  Name long_name;  // empty if it has none
  /// Where its own record is, in bytes from the start of the directory.
  uint64_t position = 0;

  const Name& name() const {
    return long_name.empty() ? short_name : long_name;
  }
};

/// Reads the records of a volume's directories. Keeps the pieces used last in
/// memory, and where the items found last are: opening several files walks
/// through the same few directories, and a large one is searched once for each.
class DirectoryReader {
 public:
  /// No directory is larger. [fat 6]
  static constexpr uint64_t kMaxDirectoryBytes =
      uint64_t{65536} * sizeof(DirectoryRecord);
  static constexpr size_t kWindowCount = 4;

  DirectoryReader() = default;

  /// `memory` is aligned as a transfer wants it, and holds at least a block for
  /// each window.
  DirectoryReader(const Layout& layout,
                  const block::BlockRange& range,
                  MutableBytes memory);

  /// Where the record at `position`, a multiple of its size, is on the volume,
  /// and where the piece of the directory that it lies in ends; none, and
  /// failures, as below.
  struct RecordPlace {
    uint64_t offset;
    uint64_t begin;  // of the cluster, or the fixed root, on the volume
    uint64_t end;
  };
  Result<std::optional<RecordPlace>> Locate(AllocationTable& table,
                                            const DirectoryPlace& directory,
                                            uint64_t position);

  /// The record at `position`, a multiple of its size; none where the directory
  /// ends. kCorrupt: the directory's clusters cannot be followed, or it is too
  /// large. And what the disk reports.
  Result<std::optional<DirectoryRecord>> ReadRecord(
      AllocationTable& table,
      const DirectoryPlace& directory,
      uint64_t position);

  /// Finds the next file or directory at or after `position`, and moves that
  /// behind it; false at the end. Deleted ones, volume labels, nameless ones,
  /// and the directory's links to itself and its parent are left out.
  Result<bool> ReadItem(AllocationTable& table,
                        const DirectoryPlace& directory,
                        uint64_t& position,
                        DirectoryItem& item);

  /// Finds the file or directory of that name, long or short; false if there is
  /// none. Failures as above.
  Result<bool> FindItem(AllocationTable& table,
                        const DirectoryPlace& directory,
                        const WantedName& name,
                        DirectoryItem& item);

  /// Bytes of the volume, if a window shows them.
  std::optional<Bytes> Visible(uint64_t offset, size_t size_bytes) const;

  /// Takes over bytes that were written to the volume.
  void Update(uint64_t offset, Bytes written);

  /// Forgets everything that was read; or what chains of clusters were like.
  void Forget();
  void ForgetChain() { chain_ = ClusterChain(); }

 private:
  struct Window {
    block::BlockWindow view;
    uint64_t last_use = 0;
  };

  /// Where an item was found. No more than a hint, but never one at what a
  /// directory's end mark hides: any write makes all of them forgotten.
  struct Sighting {
    DirectoryPlace directory;
    uint32_t name_hash = 0;
    uint64_t position = 0;
    bool is_set = false;
  };
  static constexpr size_t kSightingCount = 16;

  Sighting* Recall(const DirectoryPlace& directory, uint32_t name_hash);
  void Remember(const Sighting& sighting);
  void ForgetSightings() { sightings_ = {}; }

  Result<std::optional<RecordPlace>> LocateRun(AllocationTable& table,
                                               const DirectoryPlace& directory,
                                               uint64_t position);
  Result<Bytes> View(uint64_t offset, uint64_t near_end);

  Layout layout_;
  std::array<Window, kWindowCount> windows_{};
  uint64_t use_count_ = 0;
  std::array<Sighting, kSightingCount> sightings_{};
  size_t next_sighting_ = 0;
  /// Of the directory read last.
  ClusterChain chain_;
};

}  // namespace flint::fat
