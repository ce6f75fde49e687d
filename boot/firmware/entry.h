// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "boot/info/boot_info.h"

/// Where every door ends: called once, on the boot processor, in 64-bit mode,
/// on the boot stack, with interrupts off, our own GDT, no IDT yet, BSS
/// cleared, and the first 4 GiB identity-mapped read-write-execute by the early
/// page tables. Nothing outside our image has been written.
///
/// `argument` is what `door` says. First thing, copy what it points to:
/// see `boot/info`.
extern "C" [[noreturn]] void FlintMain(flint::boot::DoorKind door,
                                       uint64_t argument);
