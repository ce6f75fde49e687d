// SPDX-License-Identifier: Apache-2.0
#include "platforms/runtime/backtrace.h"

#include <array>

#include "platforms/base/bytes.h"
#include "platforms/base/checked.h"
#include "platforms/base/endian.h"
#include "platforms/base/format.h"

namespace flint::runtime {
namespace {

constexpr size_t kMaxFrames = 24;

// What `push %rbp; mov %rsp, %rbp` leaves at a function's frame pointer.
struct Frame {
  Le64 caller_frame_pointer;
  Le64 return_address;
};
static_assert(sizeof(Frame) == 16);

}  // namespace

size_t WalkFrames(GuestMemory& memory,
                  uint64_t frame_pointer,
                  const AddressRange& stack,
                  const AddressRange& text,
                  std::span<uint64_t> out) {
  size_t count = 0;
  while (count < out.size() && IsAligned<uint64_t>(frame_pointer, 8) &&
         stack.Contains(frame_pointer) &&
         stack.end - frame_pointer >= sizeof(Frame)) {
    const auto bytes = memory.Map(frame_pointer, sizeof(Frame));
    if (!bytes) break;
    const auto frame = ReadWire<Frame>(*bytes);
    if (!frame || !text.Contains(frame->return_address)) break;
    out[count++] = frame->return_address;
    if (frame->caller_frame_pointer <= frame_pointer) break;
    frame_pointer = frame->caller_frame_pointer;
  }
  return count;
}

void WriteBacktrace(GuestMemory& memory,
                    uint64_t frame_pointer,
                    const AddressRange& stack,
                    const AddressRange& text,
                    PanicSink& out) {
  std::array<uint64_t, kMaxFrames> addresses;
  const size_t count =
      WalkFrames(memory, frame_pointer, stack, text, addresses);
  out.Write("called from:");
  for (const uint64_t address : std::span(addresses).first(count)) {
    FixedText<24> word;
    word.AppendFormat(" {:x}", address);
    out.Write(word.view());
  }
  out.Write("\n");
}

}  // namespace flint::runtime
