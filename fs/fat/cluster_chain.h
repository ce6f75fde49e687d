// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "fs/fat/allocation_table.h"
#include "fs/fat/boot_sector.h"
#include "platforms/base/result.h"

namespace flint::fat {

/// Clusters of a file that follow each other on the disk as well.
struct ClusterRun {
  uint32_t index = 0;  // in the file, of the first one
  uint32_t first_cluster = 0;
  uint32_t count = 0;

  uint64_t end_index() const { return uint64_t{index} + count; }
  uint32_t last_cluster() const { return first_cluster + count - 1; }
};

/// The clusters of one file or directory, in order. Remembers how far it has
/// come, so that reading on costs no second walk from the start.
class ClusterChain {
 public:
  /// No chain at all.
  ClusterChain() = default;

  /// The chain that starts with `first_cluster`. Nothing is read yet.
  explicit ClusterChain(uint32_t first_cluster)
      : first_cluster_(first_cluster) {
    Restart();
  }

  uint32_t first_cluster() const { return first_cluster_; }

  /// The run that holds cluster number `index` of the file, followed up to
  /// `index + wanted_count` or where it ends; none if the chain is shorter.
  ///
  /// kCorrupt: a link of the chain leads nowhere, or back into it. And what the
  /// disk reports.
  Result<std::optional<ClusterRun>> Find(const Layout& layout,
                                         AllocationTable& table,
                                         uint32_t index,
                                         uint32_t wanted_count);

  /// Follows the chain from where it has come to its end: only then is it
  /// certain that it has no loop. A chain that is longer than its file needs is
  /// fine.
  Status CheckEnd(AllocationTable& table);

  /// Follows the chain to its end. The last cluster is the run's.
  Result<ClusterRun> FindLast(const Layout& layout, AllocationTable& table);

 private:
  void Restart();
  Status StepTo(uint32_t cluster);
  Status GoStraight(const AllocationTable& table, uint64_t limit);

  uint32_t first_cluster_ = 0;
  ClusterRun run_;

  // Brent's loop detection: a cluster of the chain that is replaced after 1, 2,
  // 4 ... steps; whoever meets it again is in a loop.
  uint32_t landmark_ = 0;
  uint64_t step_count_ = 0;
  uint64_t next_landmark_step_ = 1;
};

}  // namespace flint::fat
