// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <expected>
#include <optional>

#include "fs/fat/allocation_table.h"
#include "fs/fat/boot_sector.h"
#include "fs/fat/directory.h"
#include "fs/fat/table_editor.h"
#include "fs/fat/volume_marks.h"
#include "platforms/base/result.h"

namespace flint::fat {

/// Takes free clusters for files and gives them back.
///
/// Whatever is interrupted leaves chains that nobody refers to at worst: new
/// clusters form a good chain before anything leads to them, and nothing leads
/// to clusters any more when they become free.
class ClusterAllocator {
 public:
  ClusterAllocator(const Layout& layout,
                   AllocationTable& table,
                   DirectoryReader& directories,
                   TableEditor& editor,
                   VolumeMarks& marks,
                   VolumeState& state)
      : layout_(layout),
        table_(table),
        directories_(directories),
        editor_(editor),
        marks_(marks),
        state_(state) {}

  /// Makes a chain of `count` free clusters, at least one, and returns the
  /// first. If `previous` is a cluster, the chain continues after it, which was
  /// the last one of a chain.
  ///
  /// kNoMemory: there are not so many; nothing has changed.
  Result<uint32_t> Allocate(uint32_t count,
                            std::optional<uint32_t> previous = std::nullopt);

  /// Lets a chain that starts with `first` continue the one that ends with
  /// `last`.
  Status Append(uint32_t last, uint32_t first);

  /// How many clusters the chain that starts with `first` has. kCorrupt: it is
  /// none that ends well, so nothing of it may be freed.
  Result<uint32_t> CheckChain(uint32_t first);

  /// Frees a chain that was checked, and that nothing leads to any more.
  Status Free(uint32_t first);

  /// Ends a chain that was checked after `count` clusters, at least one, and
  /// frees the others.
  Status Shorten(uint32_t first, uint32_t count);

  /// How many clusters are free; counts them if the disk does not tell.
  Result<uint32_t> FreeCount();

 private:
  Result<uint32_t> TryToAllocate(uint32_t count,
                                 std::optional<uint32_t> previous);
  Status TryToFree(uint32_t first);
  void ForgetFreeCount();
  Result<uint32_t> TakeNext(uint32_t start, uint32_t& budget);
  std::unexpected<Error> GiveUp(uint32_t first, uint32_t taken, Error reason);
  bool IsUsable(uint32_t cluster) const;
  void Count(uint32_t taken);

  const Layout& layout_;
  AllocationTable& table_;
  DirectoryReader& directories_;
  TableEditor& editor_;
  VolumeMarks& marks_;
  VolumeState& state_;
};

}  // namespace flint::fat
