// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "platforms/base/guest_memory.h"
#include "platforms/runtime/address_names.h"
#include "platforms/runtime/image_layout.h"
#include "platforms/runtime/panic_sink.h"

namespace flint::runtime {

/// What there is to walk: the stack, and where code is.
struct CallStack {
  GuestMemory& memory;
  AddressRange stack;
  /// Our own code.
  AddressRange text;
  /// All of us, where no other program lies.
  AddressRange image;
  /// The programs that run beside us; null if there are none.
  const AddressNames* names = nullptr;
};

/// True for addresses in our own code and anywhere in a named program.
bool IsCode(const CallStack& calls, uint64_t address);

/// Writes an address of code: "20023b" in our own, "grubx64.efi + 0x1234" in a
/// named program.
void WriteCodeAddress(const CallStack& calls, uint64_t address, PanicSink& out);

/// The word at `address` of the stack, if it is the address of code.
std::optional<uint64_t> ReadReturnAddress(const CallStack& calls,
                                          uint64_t address);

/// Follows the chain of frame pointers that starts with `frame_pointer` and
/// writes the return addresses, innermost first, to `out`; returns how many.
///
/// Made for stacks that may be ruined: stops at a frame that is not within the
/// stack, not aligned, or not above the one before, at a return address that is
/// none, and when `out` is full. Reads nothing outside the stack.
size_t WalkFrames(const CallStack& calls,
                  uint64_t frame_pointer,
                  std::span<uint64_t> out);

/// Writes the return addresses of at most 24 frames as a line: "called from:
/// 20023b, 200c45, shell.efi + 0x1234".
void WriteBacktrace(const CallStack& calls,
                    uint64_t frame_pointer,
                    PanicSink& out);

/// Programs have no frame pointers, as a rule. Writes the first 16 words above
/// `stack_pointer` that lie in named programs, which return addresses are
/// among, as a line; nothing if there is none: "on the stack: shell.efi +
/// 0x1f".
void WriteStackWords(const CallStack& calls,
                     uint64_t stack_pointer,
                     PanicSink& out);

}  // namespace flint::runtime
