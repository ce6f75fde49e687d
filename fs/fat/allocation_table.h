// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "drivers/block/block_device.h"
#include "drivers/block/block_window.h"
#include "fs/fat/boot_sector.h"
#include "platforms/base/bytes.h"
#include "platforms/base/result.h"

namespace flint::fat {

/// The table that says which cluster of a file follows which. [fat 4]
///
/// Read in windows as large as the memory allows. If the device cannot read
/// one copy, another one is used from then on, if the volume keeps them equal.
class AllocationTable {
 public:
  AllocationTable() = default;

  /// `memory` is for the window: aligned as a transfer wants it, at least two
  /// blocks.
  AllocationTable(const Layout& layout,
                  const block::BlockRange& range,
                  MutableBytes memory)
      : AllocationTable(layout, block::BlockWindow(range, memory)) {}

  /// Takes over a window that shows the start of the volume, and perhaps of the
  /// table, already.
  AllocationTable(const Layout& layout, const block::BlockWindow& window)
      : layout_(layout), window_(window), copy_(layout.active_fat) {}

  /// The cluster that follows `cluster`, one of the volume's; none at the end
  /// of the chain.
  ///
  /// kCorrupt: the entry does not lead to a cluster. And what the disk reports.
  Result<std::optional<uint32_t>> Next(uint32_t cluster);

 private:
  Result<uint32_t> ReadEntry(uint32_t cluster);
  Result<Bytes> ViewEntry(uint64_t offset, size_t size_bytes);

  uint64_t CopyOffset() const {
    return layout_.fat_offset + copy_ * layout_.fat_size_bytes;
  }

  Layout layout_;
  block::BlockWindow window_;
  uint32_t copy_ = 0;
};

}  // namespace flint::fat
