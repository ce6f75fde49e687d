// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"

namespace flint::boot_test {

/// Lines of the kernel's messages that complain about the firmware or about
/// what became of memory: firmware bugs, writable code, failed EFI services.
std::vector<std::string> Complaints(const std::vector<std::string>& messages);

/// Checks the EFI memory map that the kernel printed (`efi=debug`): every byte
/// of RAM is described once. `low_end` is where RAM below 4 GiB ends,
/// `high_end` where RAM above ends, or 0. FailedPrecondition says what is
/// wrong and quotes the map.
absl::Status CheckEfiMemoryMap(const std::vector<std::string>& messages,
                               uint64_t low_end,
                               uint64_t high_end);

}  // namespace flint::boot_test
