// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "drivers/clock/tsc_frequency.h"
#include "drivers/io/cpu.h"
#include "drivers/io/register_io.h"

namespace flint::clock {

/// The time-stamp counter's frequency by the ACPI PM timer. Nothing if that
/// does not count.
std::optional<uint64_t> MeasureWithPmTimer(io::Cpu& cpu, const PmTimer& timer);

/// By channel 2 of the programmable interval timer, the speaker's, which stays
/// silent. Nothing if that does not count.
std::optional<uint64_t> MeasureWithPit(io::Cpu& cpu, io::RegisterIo& ports);

}  // namespace flint::clock
