// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "fs/fat/allocation_table.h"
#include "fs/fat/boot_sector.h"
#include "fs/fat/volume_store.h"
#include "platforms/base/result.h"

namespace flint::fat {

/// Changes the allocation table, many neighbouring entries by one write, in
/// every copy that is kept up to date.
///
/// Changes are made in memory until `WriteBack`; if it does not come, they are
/// dropped. Until then nothing else may use the table.
class TableEditor {
 public:
  TableEditor(const Layout& layout, AllocationTable& table, VolumeStore& store)
      : layout_(layout), table_(table), store_(store) {}
  TableEditor(const TableEditor&) = delete;
  TableEditor& operator=(const TableEditor&) = delete;
  ~TableEditor() { Drop(); }

  /// The entry of `cluster`.
  Result<uint32_t> Read(uint32_t cluster);

  Status Set(uint32_t cluster, uint32_t value);

  /// What is set from here on must not be on the disk before what was set up to
  /// here; together is fine.
  void Order() { is_ordered_ = IsDirty(); }

  Status WriteBack();

  /// Forgets what was not written.
  void Drop();

 private:
  bool IsDirty() const { return dirty_begin_ != dirty_end_; }
  bool MayJoin(uint64_t begin, uint64_t end) const;
  Status Show(uint32_t cluster);

  const Layout& layout_;
  AllocationTable& table_;
  VolumeStore& store_;
  // In bytes from the start of the table.
  uint64_t dirty_begin_ = 0;
  uint64_t dirty_end_ = 0;
  bool is_ordered_ = false;
};

}  // namespace flint::fat
