// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace flint::boot {

/// Mistakes that the processor does not notice, but checks of the compiler do.
/// They are C++, as it is its compiler that is tested, and take what decides
/// from memory that it does not know.

/// Writes behind the end of an array on the stack, up to the return address.
void OverrunStack();

/// Reads behind the end of an array.
uint64_t ReadOutOfBounds();

/// Shifts a number by more than it has bits.
uint64_t ShiftTooFar();

/// Reads a number from an odd address, which the processor would allow.
uint64_t ReadMisaligned();

/// Ends a function that must not end.
uint64_t EndWithoutResult();

/// The canary: see `boot/cpu`'s bring_up.S.
uint64_t StackGuard();

}  // namespace flint::boot
