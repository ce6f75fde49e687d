// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "platforms/base/endian.h"

/// What page tables look like to an x86_64 processor. [sdm 3A 4.5]
namespace flint::paging {

inline constexpr uint64_t kTableBytes = 4096;
inline constexpr size_t kTableEntryCount = 512;

/// Levels count from the leaves: an entry of level 1 maps 4 KiB, of level 2
/// 2 MiB or a table of level 1, and so on.
inline constexpr int kTopLevel = 4;

/// How much one entry of a level covers.
constexpr uint64_t EntrySpan(int level) {
  return uint64_t{1} << (12 + 9 * (level - 1));
}

/// Which entry of a level's table an address uses.
constexpr size_t EntryIndex(uint64_t address, int level) {
  return (address / EntrySpan(level)) % kTableEntryCount;
}

/// An entry of any level.
class Entry {
 public:
  static constexpr uint64_t kPresent = 1 << 0;
  static constexpr uint64_t kWritable = 1 << 1;
  static constexpr uint64_t kWriteThrough = 1 << 3;
  static constexpr uint64_t kCacheDisable = 1 << 4;
  static constexpr uint64_t kAccessed = 1 << 5;
  static constexpr uint64_t kDirty = 1 << 6;
  static constexpr uint64_t kLarge = 1 << 7;  // a leaf, at levels 2 and 3
  static constexpr uint64_t kNoExecute = uint64_t{1} << 63;
  static constexpr uint64_t kAddressMask = 0x000F'FFFF'FFFF'F000;

  constexpr Entry() = default;
  explicit constexpr Entry(uint64_t bits) : bits_(bits) {}

  constexpr uint64_t bits() const { return bits_; }
  constexpr bool present() const { return (bits_ & kPresent) != 0; }
  constexpr bool writable() const { return (bits_ & kWritable) != 0; }
  constexpr bool no_execute() const { return (bits_ & kNoExecute) != 0; }
  constexpr uint64_t address() const { return bits_ & kAddressMask; }

  /// True if the entry, of that level, maps memory rather than a table.
  constexpr bool IsLeaf(int level) const {
    return level == 1 || (bits_ & kLarge) != 0;
  }

 private:
  Le64 bits_;
};
static_assert(sizeof(Entry) == 8);

}  // namespace flint::paging
