// SPDX-License-Identifier: Apache-2.0
#include "platforms/runtime/backtrace.h"

#include <array>
#include <string_view>

#include "platforms/base/bytes.h"
#include "platforms/base/checked.h"
#include "platforms/base/endian.h"
#include "platforms/base/format.h"

namespace flint::runtime {
namespace {

constexpr size_t kMaxFrames = 24;
constexpr size_t kMaxStackWords = 16;
constexpr uint64_t kWordBytes = sizeof(uint64_t);

std::optional<NamedPlace> Describe(const CallStack& calls, uint64_t address) {
  if (calls.names == nullptr || calls.image.Contains(address)) {
    return std::nullopt;
  }
  return calls.names->Describe(address);
}

// Nothing outside the stack, or across its words, is read.
std::optional<uint64_t> ReadWord(const CallStack& calls, uint64_t address) {
  if (!IsAligned(address, kWordBytes) || !calls.stack.Contains(address) ||
      calls.stack.end - address < kWordBytes) {
    return std::nullopt;
  }
  const auto bytes = calls.memory.Map(address, kWordBytes);
  if (!bytes) return std::nullopt;
  const auto word = ReadWire<Le64>(*bytes);
  if (!word) return std::nullopt;
  return *word;
}

// Writes "TITLE: a, b, c" as pieces come.
class ListLine final {
 public:
  ListLine(std::string_view title, PanicSink& out) : title_(title), out_(out) {}

  void Add(const CallStack& calls, uint64_t address) {
    out_.Write(count_ == 0 ? title_ : ",");
    out_.Write(" ");
    WriteCodeAddress(calls, address, out_);
    ++count_;
  }

  size_t count() const { return count_; }

 private:
  std::string_view title_;
  PanicSink& out_;
  size_t count_ = 0;
};

}  // namespace

bool IsCode(const CallStack& calls, uint64_t address) {
  return calls.text.Contains(address) || Describe(calls, address).has_value();
}

void WriteCodeAddress(const CallStack& calls,
                      uint64_t address,
                      PanicSink& out) {
  FixedText<32> number;
  if (const auto place = Describe(calls, address)) {
    out.Write(place->name);
    number.AppendFormat(" + 0x{:x}", place->offset);
  } else {
    number.AppendFormat("{:x}", address);
  }
  out.Write(number.view());
}

std::optional<uint64_t> ReadReturnAddress(const CallStack& calls,
                                          uint64_t address) {
  const auto word = ReadWord(calls, address);
  return word && IsCode(calls, *word) ? word : std::nullopt;
}

size_t WalkFrames(const CallStack& calls,
                  uint64_t frame_pointer,
                  std::span<uint64_t> out) {
  size_t count = 0;
  while (count < out.size()) {
    // What `push %rbp; mov %rsp, %rbp` leaves at a function's frame pointer:
    // the caller's, and above it the return address.
    const auto caller = ReadWord(calls, frame_pointer);
    if (!caller) break;
    const auto return_address =
        ReadReturnAddress(calls, frame_pointer + kWordBytes);
    if (!return_address) break;
    out[count++] = *return_address;
    if (*caller <= frame_pointer) break;
    frame_pointer = *caller;
  }
  return count;
}

void WriteBacktrace(const CallStack& calls,
                    uint64_t frame_pointer,
                    PanicSink& out) {
  std::array<uint64_t, kMaxFrames> addresses;
  const size_t count = WalkFrames(calls, frame_pointer, addresses);
  ListLine line("called from:", out);
  for (const uint64_t address : std::span(addresses).first(count)) {
    line.Add(calls, address);
  }
  out.Write(count == 0 ? "called from:\n" : "\n");
}

void WriteStackWords(const CallStack& calls,
                     uint64_t stack_pointer,
                     PanicSink& out) {
  ListLine line("on the stack:", out);
  while (line.count() < kMaxStackWords) {
    const auto word = ReadWord(calls, stack_pointer);
    if (!word) break;
    if (Describe(calls, *word)) line.Add(calls, *word);
    stack_pointer += kWordBytes;
  }
  if (line.count() != 0) out.Write("\n");
}

}  // namespace flint::runtime
