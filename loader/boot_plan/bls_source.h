// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "loader/bls/bls.h"
#include "loader/boot_plan/boot_plan.h"
#include "loader/boot_plan/volume.h"
#include "platforms/base/result.h"

namespace flint::boot_plan {

/// Adds a disk's boot entries to the plan: as candidates, or as findings where
/// they cannot be booted or a partition has none. `volumes` are what
/// `bls::ReadEntries` read, in its order. The entries must outlive the plan.
/// kNoMemory if the plan's arena is full.
Status AddBlsEntries(const bls::EntryList& list,
                     std::span<const Volume> volumes,
                     BootPlan& plan);

/// Warns of what an entry that is about to be booted asks for in vain.
void WarnAbout(const bls::Entry& entry);

}  // namespace flint::boot_plan
