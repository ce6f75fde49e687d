// SPDX-License-Identifier: Apache-2.0
#include "fs/fat/cluster_chain.h"

#include <algorithm>
#include <limits>

namespace flint::fat {
namespace {

Status Loop() {
  return Fail(ErrorCode::kCorrupt, "FAT cluster chain has a loop");
}

}  // namespace

void ClusterChain::Restart() {
  run_ = {.index = 0, .first_cluster = first_cluster_, .count = 1};
  landmark_ = first_cluster_;
  step_count_ = 0;
  next_landmark_step_ = 1;
}

Result<std::optional<ClusterRun>> ClusterChain::Find(const Layout& layout,
                                                     AllocationTable& table,
                                                     uint32_t index,
                                                     uint32_t wanted_count) {
  if (!layout.IsCluster(first_cluster_)) {
    return Fail(ErrorCode::kCorrupt, "FAT cluster chain starts nowhere");
  }
  if (index < run_.index) Restart();
  const uint64_t wanted_end = uint64_t{index} + std::max(wanted_count, 1u);
  while (run_.end_index() < wanted_end) {
    TRY(GoStraight(table, wanted_end - run_.end_index()));
    if (run_.end_index() >= wanted_end) break;
    const bool found = index < run_.end_index();
    const auto next = TRY(table.Next(run_.last_cluster()));
    if (found && next != run_.last_cluster() + 1) break;
    if (!next) return std::nullopt;
    TRY(StepTo(*next));
  }
  return run_;
}

Status ClusterChain::CheckEnd(AllocationTable& table) {
  while (true) {
    TRY(GoStraight(table, std::numeric_limits<uint32_t>::max()));
    const auto next = TRY(table.Next(run_.last_cluster()));
    if (!next) return {};
    TRY(StepTo(*next));
  }
}

Result<ClusterRun> ClusterChain::FindLast(const Layout& layout,
                                          AllocationTable& table) {
  TRY(Find(layout, table, run_.index, 1));
  TRY(CheckEnd(table));
  return run_;
}

/// Makes the run longer, by `limit` clusters at most, as far as that costs no
/// look at more of the table.
Status ClusterChain::GoStraight(const AllocationTable& table, uint64_t limit) {
  const uint32_t last = run_.last_cluster();
  const uint32_t count =
      table.CountStraight(last,
                          static_cast<uint32_t>(std::min<uint64_t>(
                              limit, std::numeric_limits<uint32_t>::max())));
  if (count == 0) return {};
  if (landmark_ > last && landmark_ - last <= count) return Loop();
  run_.count += count;
  step_count_ += count;
  if (step_count_ >= next_landmark_step_) {
    landmark_ = run_.last_cluster();
    next_landmark_step_ = 2 * step_count_;
  }
  return {};
}

/// Goes on to `cluster`, which follows the last one of the run.
Status ClusterChain::StepTo(uint32_t cluster) {
  if (cluster == landmark_) return Loop();
  if (++step_count_ == next_landmark_step_) {
    landmark_ = cluster;
    next_landmark_step_ *= 2;
  }
  if (cluster == run_.last_cluster() + 1) {
    ++run_.count;
  } else {
    run_ = {
        .index = run_.index + run_.count, .first_cluster = cluster, .count = 1};
  }
  return {};
}

}  // namespace flint::fat
