// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "fs/fat/boot_sector.h"
#include "fs/fat/volume_store.h"
#include "platforms/base/result.h"

namespace flint::fat {

/// What is known about free clusters, and which marks a volume carries while it
/// is changed. Outlasts the operations.
struct VolumeState {
  /// Free clusters are looked for from here on.
  uint32_t next_cluster = kFirstCluster;
  /// Absent if nobody knows.
  std::optional<uint32_t> free_count;
  /// They were counted, not only told by the disk.
  bool free_count_is_exact = false;

  /// The hints on the disk were looked at; there are some.
  bool hints_are_read = false;
  bool has_hints = false;

  /// The table has changed since the last flush: the volume is marked.
  bool is_marked = false;
  /// These marks are ours to take away.
  bool boot_sector_is_ours = false;
  bool table_is_ours = false;

  /// Somebody else has written to the volume. Which marks are ours to take away
  /// stays known.
  void Forget() {
    free_count.reset();
    free_count_is_exact = hints_are_read = is_marked = false;
  }
};

/// The marks of a volume that is being changed: the bits for "not clean" in
/// boot sector and allocation table, and hints about free clusters that say
/// "unknown" meanwhile. [fat 3.2, 4.2, 5]
class VolumeMarks {
 public:
  VolumeMarks(const Layout& layout, VolumeStore& store, VolumeState& state)
      : layout_(layout), store_(store), state_(state) {}

  /// Takes the hints from the disk, as far as they make sense.
  Status ReadHints();

  /// To be called before the table changes.
  Status MarkChanging();

  /// Makes everything durable, then takes the marks away.
  Status Flush();

 private:
  Status SetBootSectorMark(bool is_dirty);
  Status SetTableMark(bool is_dirty);
  Status WriteHints(std::optional<uint32_t> free_count);

  const Layout& layout_;
  VolumeStore& store_;
  VolumeState& state_;
};

}  // namespace flint::fat
