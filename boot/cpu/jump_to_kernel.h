// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

extern "C" [[noreturn]] void flint_jump_to_kernel(uint64_t entry,
                                                  uint64_t zero_page);

namespace flint::cpu {

/// Gives the machine to a Linux kernel by its 64-bit protocol: `entry` is where
/// to jump, `zero_page` the address of its `boot_params`. [linux-boot 64-bit]
///
/// The kernel runs on the early page tables, which map the first 4 GiB to
/// themselves, writable and executable: kernel, zero page and command line must
/// lie there; an initrd may lie anywhere.
[[noreturn]] inline void JumpToKernel(uint64_t entry, uint64_t zero_page) {
  flint_jump_to_kernel(entry, zero_page);
}

}  // namespace flint::cpu
