// SPDX-License-Identifier: Apache-2.0
#include "fs/volume/boot_volumes.h"

#include "platforms/base/guid.h"

namespace flint::volume {
namespace {

using partition::Partition;
using partition::Scheme;

Role RoleOfGptType(const Guid& type) {
  if (type == partition::kEfiSystemType) return Role::kEfiSystem;
  if (type == partition::kExtendedBootType) return Role::kExtendedBoot;
  if (type == partition::kMicrosoftDataType) return Role::kData;
  return Role::kOther;
}

Role RoleOfMbrType(uint8_t type) {
  if (type == partition::kMbrEfiSystemType) return Role::kEfiSystem;
  if (type == partition::kMbrExtendedBootType) return Role::kExtendedBoot;
  return partition::IsMbrFatType(type) ? Role::kData : Role::kOther;
}

bool IsHidden(const Partition& partition) {
  return partition.scheme == Scheme::kGpt &&
         (partition.attributes & partition::kGptAttributeNoBlockIo) != 0;
}

}  // namespace

Role RoleOf(const Partition& partition) {
  switch (partition.scheme) {
    case Scheme::kGpt:
      return RoleOfGptType(partition.type);
    case Scheme::kMbr:
      return RoleOfMbrType(partition.mbr_type);
    case Scheme::kElTorito:
      return Role::kEfiSystem;
    case Scheme::kWholeDisk:
      return Role::kWholeDisk;
  }
  return Role::kOther;
}

const Partition* FindByRole(const partition::PartitionTable& table, Role role) {
  for (const Partition& partition : table.partitions) {
    if (RoleOf(partition) == role && !IsHidden(partition)) return &partition;
  }
  return nullptr;
}

PartitionLabel Describe(const Partition& partition) {
  PartitionLabel label;
  if (partition.scheme == Scheme::kWholeDisk) {
    label.Append(partition.type_name());
  } else {
    label.AppendFormat(
        "partition {} ({})", partition.number, partition.type_name());
  }
  return label;
}

const Partition* BootVolumes::Next() {
  while (true) {
    while (index_ < table_.partitions.size()) {
      const Partition& partition = table_.partitions[index_++];
      if (RoleOf(partition) == role_ && !IsHidden(partition)) {
        return &partition;
      }
    }
    if (role_ == Role::kWholeDisk) return nullptr;
    role_ = static_cast<Role>(static_cast<uint8_t>(role_) + 1);
    index_ = 0;
  }
}

}  // namespace flint::volume
