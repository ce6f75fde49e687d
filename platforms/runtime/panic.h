// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

/// The guest's side of `flint::Panic` (platforms/base/panic.h): print, then do
/// what the owner of the machine wants, then halt for ever.
namespace flint::runtime {

/// Where last words go. It is called with the machine in any state, perhaps
/// from an exception: it must not allocate, wait for interrupts, or panic.
class PanicSink {
 public:
  virtual ~PanicSink() = default;

  /// Pieces of text; lines end in "\n".
  virtual void Write(std::string_view text) = 0;
};

/// Until a sink is set, last words are lost. `sink` must stay for ever.
void SetPanicSink(PanicSink* sink);

/// What to do after the last words: reset, power off. May return, to halt;
/// null, the start value, halts.
void SetPanicEnd(void (*end)());

/// Writes last words, for those who end the program otherwise than by `Panic`:
/// exception handlers.
void PanicWrite(std::string_view text);

/// Ends the program after its last words.
[[noreturn]] void EndInPanic();

/// Stops the processor for good.
[[noreturn]] void Halt();

}  // namespace flint::runtime
