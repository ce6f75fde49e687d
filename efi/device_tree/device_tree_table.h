// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "efi/memory/pool_services.h"
#include "efi/tables/system_tables.h"
#include "platforms/base/bytes.h"
#include "platforms/base/result.h"

namespace flint::efi {

/// Copies the machine's device tree to memory that an operating system keeps,
/// and installs it as a configuration table.
///
/// kTruncated, kCorrupt or kUnsupported if `blob` is no device tree; kNoMemory.
/// [uefi-2.10 4.6.1.3]
Status InstallDeviceTree(SystemTables& tables, PoolServices& pool, Bytes blob);

}  // namespace flint::efi
