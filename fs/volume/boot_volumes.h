// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "fs/partition/partition.h"
#include "fs/partition/partition_table.h"
#include "platforms/base/format.h"

namespace flint::volume {

/// What a partition may hold for booting, the most promising first.
enum class Role : uint8_t {
  kEfiSystem,     // boot loaders and entries
  kExtendedBoot,  // more entries and kernels (XBOOTLDR)
  kData,          // meant for a file system that firmware can read
  kOther,         // probably not, but nobody is sure before looking
  kWholeDisk,     // holds what partitions hold, if there are any
};

/// What the partition's type says it is.
Role RoleOf(const partition::Partition& partition);

/// The first partition of this role; null if there is none.
const partition::Partition* FindByRole(const partition::PartitionTable& table,
                                       Role role);

/// What reports call a partition: "partition 15 (EFI system)", "whole disk".
using PartitionLabel = FixedText<64>;
PartitionLabel Describe(const partition::Partition& partition);

/// Goes through the partitions of a disk in the order in which it is worth
/// looking for something to boot: by role, then as in the table. Those that
/// their owner hides from firmware are left out. [uefi-2.10 5.3.3]
class BootVolumes {
 public:
  /// `table` must outlive this.
  explicit BootVolumes(const partition::PartitionTable& table)
      : table_(table) {}

  /// The next one; null after the last.
  const partition::Partition* Next();

 private:
  const partition::PartitionTable& table_;
  Role role_ = Role::kEfiSystem;
  size_t index_ = 0;
};

}  // namespace flint::volume
