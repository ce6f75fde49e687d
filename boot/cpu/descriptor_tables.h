// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace flint::cpu {

/// Loads our GDT, task segment and IDT: from here on every exception ends in a
/// readable report on `runtime::LastWords()` and a halt. Faults of the stack
/// itself, non-maskable interrupts and machine checks have their own stacks.
///
/// Once, as early as there is somewhere to print to.
void LoadDescriptorTables();

}  // namespace flint::cpu
