// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "efi/abi/protocol/partition_info.h"
#include "fs/partition/partition.h"

namespace flint::efi {

/// EFI_PARTITION_INFO_PROTOCOL for a partition: what its table, if that is a
/// GPT or an MBR, says of it. [uefi-2.10 13.18]
abi::EFI_PARTITION_INFO_PROTOCOL MakePartitionInfo(
    const partition::Partition& partition);

/// True if it is an EFI system partition, by its GPT or MBR type.
bool IsEfiSystemPartition(const partition::Partition& partition);

}  // namespace flint::efi
