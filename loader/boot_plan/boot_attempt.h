// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fs/volume/file_system.h"
#include "loader/boot_plan/boot_plan.h"
#include "platforms/base/format.h"

namespace flint::boot_plan {

/// Room for the path of a boot entry's file, as "/EFI/Linux/debian+2-1.efi".
using EntryPath = FixedText<volume::DirectoryEntry::kMaxNameBytes + 32>;

/// Counts that a candidate is about to be booted, durably, in the name of the
/// entry's file that it was made from, if that has counters. [bls, boot
/// counting] To be called right before booting what can tell the operating
/// system of it, which takes the counters away when it is up.
///
/// Sets `path` to the file as it is called now, or to nothing if it has no
/// counters. If it is what `candidate` starts, the candidate follows it, and
/// `path` must outlive the candidate. That nothing could be counted is warned
/// of; the entry can be booted all the same.
void CountAttempt(Candidate& candidate, EntryPath& path);

}  // namespace flint::boot_plan
