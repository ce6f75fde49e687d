// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "drivers/io/register_io.h"

namespace flint::apic {

/// Silences the two 8259 interrupt controllers of a PC, which SeaBIOS and real
/// machines leave with a ticking clock on vector 8, the double fault's: all
/// inputs masked, and what an edge may still cause on vectors 0x20-0x2F.
///
/// `ports` are the I/O ports. Without such controllers nobody listens there.
void SilenceLegacyInterrupts(io::RegisterIo& ports);

}  // namespace flint::apic
