// SPDX-License-Identifier: Apache-2.0
#include "fs/fat/table_editor.h"

#include <algorithm>

#include "platforms/base/checked.h"

namespace flint::fat {
namespace {

/// Entries farther apart than this are worth two writes.
constexpr uint64_t kMaxGapBytes = 4096;

}  // namespace

Result<uint32_t> TableEditor::Read(uint32_t cluster) {
  TRY(Show(cluster));
  return table_.ReadEntry(cluster);
}

Status TableEditor::Set(uint32_t cluster, uint32_t value) {
  const EntryPlace place = EntryPlaceOf(layout_.type, cluster);
  const uint64_t end = place.offset + place.size_bytes;
  if (IsDirty() && !MayJoin(place.offset, end)) TRY(WriteBack());
  TRY(Show(cluster));
  table_.ReplaceInView(cluster, value);
  if (!IsDirty()) {
    dirty_begin_ = place.offset;
    dirty_end_ = end;
    return {};
  }
  dirty_begin_ = std::min(dirty_begin_, place.offset);
  dirty_end_ = std::max(dirty_end_, end);
  return {};
}

/// True if bytes [begin, end) may be written together with what was changed.
bool TableEditor::MayJoin(uint64_t begin, uint64_t end) const {
  const uint64_t gap = begin > dirty_end_   ? begin - dirty_end_
                       : dirty_begin_ > end ? dirty_begin_ - end
                                            : 0;
  if (gap > kMaxGapBytes) return false;
  if (!is_ordered_) return true;
  // A block is written as a whole or not at all, several are not.
  const uint64_t block_size = store_.block_size_bytes();
  const uint64_t first = layout_.fat_offset + std::min(begin, dirty_begin_);
  const uint64_t last = layout_.fat_offset + std::max(end, dirty_end_) - 1;
  return first / block_size == last / block_size;
}

/// Makes the entry visible without losing what was changed.
Status TableEditor::Show(uint32_t cluster) {
  if (table_.IsInView(cluster)) return {};
  TRY(WriteBack());
  TRY(table_.ReadEntry(cluster));
  return {};
}

Status TableEditor::WriteBack() {
  is_ordered_ = false;
  if (!IsDirty()) return {};
  // Whole blocks spare reading them, where they hold nothing but the table.
  const uint64_t block_size = store_.block_size_bytes();
  uint64_t begin = dirty_begin_;
  uint64_t end = dirty_end_;
  if (IsAligned(layout_.fat_offset | layout_.fat_size_bytes, block_size)) {
    begin = AlignDown(begin, block_size);
    end = AlignDown(end + block_size - 1, block_size);
  }
  const auto bytes = table_.InView({begin, static_cast<size_t>(end - begin)});
  if (!bytes) {
    return Fail(ErrorCode::kDeviceError, "FAT was forgotten while it changed");
  }
  dirty_begin_ = dirty_end_ = 0;
  // The copy in view comes first: others may share a block with it, which would
  // else bring back what it was.
  for (uint32_t i = 0; i < layout_.fat_count; ++i) {
    const uint32_t copy = (table_.shown_copy() + i) % layout_.fat_count;
    if (!layout_.fats_are_mirrored && copy != layout_.active_fat) continue;
    const uint64_t offset =
        layout_.fat_offset + copy * layout_.fat_size_bytes + begin;
    TRY(store_.Write(offset, *bytes));
  }
  return {};
}

void TableEditor::Drop() {
  if (IsDirty()) table_.Forget();
  dirty_begin_ = dirty_end_ = 0;
  is_ordered_ = false;
}

}  // namespace flint::fat
