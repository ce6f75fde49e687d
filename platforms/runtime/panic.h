// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "platforms/runtime/address_names.h"
#include "platforms/runtime/panic_sink.h"

/// The guest's side of `flint::Panic` (platforms/base/panic.h): print, then do
/// what the owner of the machine wants, then halt for ever.
namespace flint::runtime {

/// Until a sink is set, last words are lost. `sink` must stay for ever; null
/// takes it away.
void SetPanicSink(PanicSink* sink);

/// What to do after the last words: reset, power off. May return, to halt;
/// null, the start value, halts.
void SetPanicEnd(void (*end)());

/// Who knows the names of the programs that run on us, for panics and exception
/// reports. `names` must stay for ever; null, the start value, takes it away.
void SetAddressNames(const AddressNames* names);

/// What was set; may be null.
const AddressNames* CurrentAddressNames();

/// The sink, or one that drops all: for those who end the program otherwise
/// than by `Panic`, such as exception handlers.
PanicSink& LastWords();

/// Ends the program after its last words.
[[noreturn]] void EndInPanic();

/// Stops the processor for good.
[[noreturn]] void Halt();

}  // namespace flint::runtime
