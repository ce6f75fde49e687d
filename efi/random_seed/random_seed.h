// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "drivers/rng/random_source.h"
#include "efi/abi/types.h"
#include "efi/memory/pool_services.h"
#include "efi/tables/system_tables.h"
#include "platforms/base/result.h"

namespace flint::efi {

/// Linux's name for the table: a length of 4 bytes, then as many random ones.
inline constexpr abi::EFI_GUID kRandomSeedTableGuid =
    abi::EFI_GUID::Of("1ce1e5bc-7ceb-42f2-81e5-8aadf180f57b");

/// What a kernel's generator is made of.
inline constexpr size_t kRandomSeedBytes = 32;

/// Gives Linux a seed as a configuration table, for kernels that are not
/// started by way of their EFI stub. The stub takes it, too: it joins it to its
/// own and frees it, so it is memory from the pool. kNoMemory, or what `random`
/// fails with; then there is no table.
Status InstallRandomSeed(SystemTables& tables,
                         PoolServices& pool,
                         rng::RandomSource& random);

}  // namespace flint::efi
