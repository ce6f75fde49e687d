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

/// Where an entry of the table is, in bytes from the start of a copy.
struct EntryPlace {
  uint64_t offset;
  size_t size_bytes;  // FAT12: two bytes, which are shared with a neighbour
};

constexpr EntryPlace EntryPlaceOf(FatType type, uint32_t cluster) {
  switch (type) {
    case FatType::kFat12:
      return {uint64_t{cluster} + cluster / 2, 2};
    case FatType::kFat16:
      return {uint64_t{cluster} * 2, 2};
    case FatType::kFat32:
      break;
  }
  return {uint64_t{cluster} * 4, 4};
}

inline constexpr uint32_t kFreeEntry = 0;

/// What the last cluster of a chain is marked with.
constexpr uint32_t EndEntryOf(FatType type) {
  switch (type) {
    case FatType::kFat12:
      return 0xfff;
    case FatType::kFat16:
      return 0xffff;
    case FatType::kFat32:
      break;
  }
  return 0x0fffffff;
}

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

  /// How often, at most `limit` times, the chain goes from one cluster to the
  /// cluster behind it on the disk, starting at `cluster`: as far as is in
  /// view, so 0 says nothing. Much cheaper than as many calls of `Next`; what
  /// it passes leads to clusters of the volume.
  uint32_t CountStraight(uint32_t cluster, uint32_t limit) const;

  /// The entry of `cluster` as it is stored. What the disk reports.
  Result<uint32_t> ReadEntry(uint32_t cluster);

  /// True if that needs no request.
  bool IsInView(uint32_t cluster) const {
    return InView(EntryPlaceOf(layout_.type, cluster)).has_value();
  }

  /// The copy of the table that is read, and in view.
  uint32_t shown_copy() const { return copy_; }

  /// Bytes of the table, if they are in view; valid until it moves.
  std::optional<Bytes> InView(const EntryPlace& place) const {
    return window_.Visible(CopyOffset() + place.offset, place.size_bytes);
  }

  /// Changes the entry of `cluster`, which is in view, in memory only: whoever
  /// does it writes it to the disk before the view moves, or calls `Forget`.
  void ReplaceInView(uint32_t cluster, uint32_t value);

  // What the volume's offsets mean is the same as for the window.
  std::optional<Bytes> Visible(uint64_t offset, size_t size_bytes) const {
    return window_.Visible(offset, size_bytes);
  }
  void Update(uint64_t offset, Bytes written) {
    window_.Update(offset, written);
  }
  void Forget() { window_.Invalidate(); }

 private:
  Result<Bytes> ViewEntry(const EntryPlace& place);

  /// Where the copy that is read starts.
  uint64_t CopyOffset() const {
    return layout_.fat_offset + copy_ * layout_.fat_size_bytes;
  }

  Layout layout_;
  block::BlockWindow window_;
  uint32_t copy_ = 0;
};

}  // namespace flint::fat
