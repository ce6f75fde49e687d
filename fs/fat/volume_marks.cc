// SPDX-License-Identifier: Apache-2.0
#include "fs/fat/volume_marks.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "fs/fat/allocation_table.h"
#include "platforms/base/bytes.h"
#include "platforms/base/endian.h"

namespace flint::fat {
namespace {

/// The hints in the information sector of FAT32. [fat 5]
struct FreeClusterHints {
  Le32 signature;
  Le32 free_count;
  Le32 next_cluster;
};
static_assert(sizeof(FreeClusterHints) == 12);

constexpr uint64_t kHintsOffset = 484;
constexpr uint32_t kLeadSignature = 0x41615252;
constexpr uint32_t kHintsSignature = 0x61417272;
constexpr uint32_t kUnknown = 0xffffffff;

/// Of the extended boot record: the byte that holds the volume's state.
constexpr uint64_t kStateOffset = 1;
constexpr uint8_t kStateDirty = 0x01;

/// Entry 1 of the table is no cluster's; it holds the "clean" bit.
constexpr uint32_t kStateEntry = 1;
constexpr uint16_t kCleanFat16 = 0x8000;
constexpr uint32_t kCleanFat32 = 0x08000000;

/// Sets or clears bits of an entry; false if there is nothing to change.
template <typename Entry, typename Value>
bool SetBits(Entry& entry, Value bits, bool are_set) {
  const Value old = entry;
  const auto value = static_cast<Value>(are_set ? old | bits : old & ~bits);
  entry = value;
  return value != old;
}

}  // namespace

Status VolumeMarks::ReadHints() {
  if (state_.hints_are_read) return {};
  if (layout_.information_offset != 0) {
    const Bytes sector = TRY(store_.Read(
        layout_.information_offset, kHintsOffset + sizeof(FreeClusterHints)));
    const auto lead = TRY(ReadWire<Le32>(sector));
    const auto hints = TRY(ReadWire<FreeClusterHints>(sector, kHintsOffset));
    state_.has_hints =
        lead == kLeadSignature && hints.signature == kHintsSignature;
    if (state_.has_hints && hints.free_count <= layout_.cluster_count) {
      state_.free_count = hints.free_count;
    }
    if (state_.has_hints && layout_.IsCluster(hints.next_cluster)) {
      state_.next_cluster = hints.next_cluster;
    }
  }
  state_.hints_are_read = true;
  return {};
}

Status VolumeMarks::MarkChanging() {
  if (state_.is_marked) return {};
  TRY(ReadHints());
  TRY(WriteHints(std::nullopt));
  TRY(SetTableMark(true));
  TRY(SetBootSectorMark(true));
  state_.is_marked = true;
  return {};
}

Status VolumeMarks::Flush() {
  TRY(store_.Flush());
  if (!state_.is_marked && !state_.table_is_ours &&
      !state_.boot_sector_is_ours) {
    return {};
  }
  if (state_.is_marked) TRY(WriteHints(state_.free_count));
  if (state_.table_is_ours) TRY(SetTableMark(false));
  if (state_.boot_sector_is_ours) TRY(SetBootSectorMark(false));
  state_.is_marked = state_.table_is_ours = state_.boot_sector_is_ours = false;
  return store_.Flush();
}

/// A mark that is there already is somebody else's, and stays.
Status VolumeMarks::SetBootSectorMark(bool is_dirty) {
  if (layout_.extended_record_offset == 0) return {};
  const uint64_t offset = layout_.extended_record_offset + kStateOffset;
  std::array<std::byte, 1> state{TRY(store_.Read(offset, 1))[0]};
  const std::byte bit{kStateDirty};
  const bool was_dirty = (state[0] & bit) != std::byte{0};
  if (was_dirty == is_dirty) return {};
  state[0] ^= bit;
  TRY(store_.WriteAtOnce(std::array{VolumeStore::Change{offset, state}}));
  if (is_dirty) state_.boot_sector_is_ours = true;
  return {};
}

Status VolumeMarks::SetTableMark(bool is_dirty) {
  if (layout_.type == FatType::kFat12) return {};
  const EntryPlace place = EntryPlaceOf(layout_.type, kStateEntry);
  const uint64_t active =
      layout_.fat_offset + layout_.active_fat * layout_.fat_size_bytes;
  const Bytes stored =
      TRY(store_.Read(active + place.offset, place.size_bytes));
  std::array<std::byte, sizeof(uint32_t)> bytes{};
  bool changes = false;
  if (layout_.type == FatType::kFat16) {
    Le16 entry = TRY(ReadWire<Le16>(stored));
    changes = SetBits<Le16, uint16_t>(entry, kCleanFat16, !is_dirty);
    std::ranges::copy(AsBytes(entry), bytes.begin());
  } else {
    Le32 entry = TRY(ReadWire<Le32>(stored));
    changes = SetBits<Le32, uint32_t>(entry, kCleanFat32, !is_dirty);
    std::ranges::copy(AsBytes(entry), bytes.begin());
  }
  if (!changes) return {};
  for (uint32_t copy = 0; copy < layout_.fat_count; ++copy) {
    if (!layout_.fats_are_mirrored && copy != layout_.active_fat) continue;
    const uint64_t offset =
        layout_.fat_offset + copy * layout_.fat_size_bytes + place.offset;
    TRY(store_.WriteAtOnce(std::array{
        VolumeStore::Change{offset, Bytes(bytes).first(place.size_bytes)}}));
  }
  if (is_dirty) state_.table_is_ours = true;
  return {};
}

Status VolumeMarks::WriteHints(std::optional<uint32_t> free_count) {
  if (!state_.has_hints) return {};
  const FreeClusterHints hints{.signature = kHintsSignature,
                               .free_count = free_count.value_or(kUnknown),
                               .next_cluster = state_.next_cluster};
  return store_.WriteAtOnce(std::array{VolumeStore::Change{
      layout_.information_offset + kHintsOffset, AsBytes(hints)}});
}

}  // namespace flint::fat
