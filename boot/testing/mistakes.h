// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

/// Jumps to a 64-bit kernel with page tables of 5 levels: five_levels.S.
extern "C" [[noreturn]] void flint_enter_with_five_levels(uint64_t entry,
                                                          uint64_t zero_page);

namespace flint::boot {

/// Does what `name` says a program must not do, and returns if nobody minds.
void MakeMistake(std::string_view name);

/// Address of the image's own 64-bit door.
uint64_t LinuxDoorAddress();

/// Address of a kernel that tells how it was entered: test_kernel.S.
uint64_t TestKernelAddress();

/// What the test kernel found, as it pushed it.
struct TestKernelState {
  uint64_t code_segment;
  uint64_t data_segment;
  uint64_t extra_segment;
  uint64_t stack_segment;
  uint64_t zero_page;
  uint64_t flags;
};

}  // namespace flint::boot
