// SPDX-License-Identifier: Apache-2.0
#include "fs/fat/cluster_allocator.h"

#include <limits>

#include "fs/fat/cluster_chain.h"

namespace flint::fat {
namespace {

constexpr auto kFull = Fail(ErrorCode::kNoMemory, "FAT volume is full");

}  // namespace

Result<uint32_t> ClusterAllocator::Allocate(uint32_t count,
                                            std::optional<uint32_t> previous) {
  const Result<uint32_t> allocated = TryToAllocate(count, previous);
  if (!allocated && allocated.error().code() != ErrorCode::kNoMemory) {
    ForgetFreeCount();
  }
  return allocated;
}

Result<uint32_t> ClusterAllocator::TryToAllocate(
    uint32_t count, std::optional<uint32_t> previous) {
  TRY(marks_.ReadHints());
  if (state_.free_count_is_exact && state_.free_count < count) return kFull;
  TRY(marks_.MarkChanging());
  // Right behind the chain if possible, else where others were found last.
  uint32_t budget = layout_.cluster_count;
  uint32_t start = state_.next_cluster;
  if (previous && IsUsable(*previous + 1) &&
      TRY(editor_.Read(*previous + 1)) == kFreeEntry) {
    start = *previous + 1;
  }
  const auto found = TakeNext(start, budget);
  if (!found) return GiveUp(0, 0, found.error());
  const uint32_t first = *found;
  uint32_t taken = 1;
  for (uint32_t last = first; taken < count; ++taken) {
    const auto next = TakeNext(last + 1, budget);
    if (!next) return GiveUp(first, taken, next.error());
    TRY(editor_.Set(last, *next));
    last = *next;
  }
  if (previous) {
    editor_.Order();
    TRY(editor_.Set(*previous, first));
  }
  TRY(editor_.WriteBack());
  return first;
}

/// After looking in vain for more than the `taken` clusters from `first` on.
std::unexpected<Error> ClusterAllocator::GiveUp(uint32_t first,
                                                uint32_t taken,
                                                Error reason) {
  ForgetFreeCount();
  if (reason.code() != ErrorCode::kNoMemory) return std::unexpected(reason);
  if (taken > 0) {
    if (const Status freed = Free(first); !freed) {
      return std::unexpected(freed.error());
    }
  }
  // All of the table was looked at.
  state_.free_count = taken;
  state_.free_count_is_exact = true;
  return std::unexpected(reason);
}

/// Takes the first free cluster from `start` on, round the end of the table:
/// it is a chain of its own. Looks at no more than `budget`.
Result<uint32_t> ClusterAllocator::TakeNext(uint32_t start, uint32_t& budget) {
  uint32_t cluster = start;
  for (; budget > 0; --budget, ++cluster) {
    if (!layout_.IsCluster(cluster)) cluster = kFirstCluster;
    if (!IsUsable(cluster) || TRY(editor_.Read(cluster)) != kFreeEntry) {
      continue;
    }
    TRY(editor_.Set(cluster, EndEntryOf(layout_.type)));
    --budget;
    state_.next_cluster =
        layout_.IsCluster(cluster + 1) ? cluster + 1 : kFirstCluster;
    Count(1);
    return cluster;
  }
  return kFull;
}

/// The root directory is in use, whatever the table says.
bool ClusterAllocator::IsUsable(uint32_t cluster) const {
  return layout_.IsCluster(cluster) && cluster != layout_.root_cluster;
}

/// What was counted may not have reached the disk.
void ClusterAllocator::ForgetFreeCount() {
  state_.free_count.reset();
  state_.free_count_is_exact = false;
}

void ClusterAllocator::Count(uint32_t taken) {
  if (!state_.free_count) return;
  if (*state_.free_count < taken) {
    // The disk did not tell the truth.
    state_.free_count.reset();
    return;
  }
  *state_.free_count -= taken;
}

Status ClusterAllocator::Append(uint32_t last, uint32_t first) {
  TRY(editor_.Set(last, first));
  return editor_.WriteBack();
}

Result<uint32_t> ClusterAllocator::CheckChain(uint32_t first) {
  ClusterChain chain(first);
  uint32_t index = 0;
  while (true) {
    const auto run = TRY(chain.Find(
        layout_, table_, index, std::numeric_limits<uint32_t>::max() - index));
    if (!run) return index;
    if (layout_.root_cluster >= run->first_cluster &&
        layout_.root_cluster <= run->last_cluster()) {
      return Fail(ErrorCode::kCorrupt,
                  "FAT cluster chain runs into the root directory");
    }
    index = static_cast<uint32_t>(run->end_index());
  }
}

Status ClusterAllocator::Free(uint32_t first) {
  const Status freed = TryToFree(first);
  if (!freed) ForgetFreeCount();
  return freed;
}

Status ClusterAllocator::TryToFree(uint32_t first) {
  TRY(marks_.MarkChanging());
  directories_.ForgetChain();
  // What remains of it is a good chain at any time. A free entry ends it at the
  // latest, so a loop would, too.
  uint32_t cluster = first;
  while (layout_.IsCluster(cluster)) {
    const uint32_t next = TRY(editor_.Read(cluster));
    if (next == kFreeEntry) break;
    TRY(editor_.Set(cluster, kFreeEntry));
    if (state_.free_count) ++*state_.free_count;
    cluster = next;
  }
  return editor_.WriteBack();
}

Status ClusterAllocator::Shorten(uint32_t first, uint32_t count) {
  ClusterChain chain(first);
  const auto run = TRY(chain.Find(layout_, table_, count - 1, 1));
  if (!run) return {};
  const uint32_t last = run->first_cluster + (count - 1 - run->index);
  const auto rest = TRY(table_.Next(last));
  if (!rest) return {};
  TRY(marks_.MarkChanging());
  TRY(editor_.Set(last, EndEntryOf(layout_.type)));
  editor_.Order();
  return Free(*rest);
}

Result<uint32_t> ClusterAllocator::FreeCount() {
  TRY(marks_.ReadHints());
  if (state_.free_count) return *state_.free_count;
  uint32_t count = 0;
  for (uint32_t i = 0; i < layout_.cluster_count; ++i) {
    const uint32_t cluster = kFirstCluster + i;
    if (IsUsable(cluster) && TRY(editor_.Read(cluster)) == kFreeEntry) ++count;
  }
  state_.free_count = count;
  state_.free_count_is_exact = true;
  return count;
}

}  // namespace flint::fat
