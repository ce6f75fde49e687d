// SPDX-License-Identifier: Apache-2.0
#include "boot/cpu/trap_report.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "platforms/base/fake_guest_memory.h"
#include "testing/result_matchers.h"

namespace flint::cpu {
namespace {

using ::testing::IsEmpty;

class Recorder final : public runtime::PanicSink {
 public:
  void Write(std::string_view words) override { text += words; }
  std::string text;
};

// What is reported of an exception at the first byte of `code`, which ends
// where our own code ends.
std::string Report(const std::vector<uint8_t>& code,
                   uint64_t vector = kInvalidOpcodeVector) {
  constexpr uint64_t kAddress = 0x20'0000;
  FakeGuestMemory memory;
  std::ranges::copy(std::as_bytes(std::span(code)),
                    memory.AddRegion(kAddress, code.size()).begin());
  ExceptionFrame frame{};
  frame.vector = vector;
  frame.rip = kAddress;
  Recorder recorder;
  WriteTrapReport(frame, {kAddress, kAddress + code.size()}, memory, recorder);
  return recorder.text;
}

std::string Failed(std::string_view what) {
  return "check of the compiler failed: " + std::string(what) + "\n";
}

// The code is what clang++ -fsanitize=... -fsanitize-trap=all makes.
TEST(TrapReport, NamesWhatClangFound) {
  EXPECT_EQ(Report({0x67, 0x0F, 0xB9, 0x00, 0xC3}),
            Failed("signed integer overflow in an addition"));
  EXPECT_EQ(Report({0x67, 0x0F, 0xB9, 0x00}),
            Failed("signed integer overflow in an addition"));
  EXPECT_EQ(Report({0x67, 0x0F, 0xB9, 0x40, 0x01}),
            Failed("unreachable code was reached"));
  EXPECT_EQ(Report({0x67, 0x0F, 0xB9, 0x40, 0x12}),
            Failed("array index out of bounds"));
  EXPECT_EQ(Report({0x67, 0x0F, 0xB9, 0x40, 0x14}),
            Failed("shift by too much, or of bits out of the type"));
  EXPECT_EQ(Report({0x67, 0x0F, 0xB9, 0x40, 0x16}),
            Failed("null, misaligned or too small object"));
  EXPECT_EQ(Report({0x67, 0x0F, 0xB9, 0x40, 0x18}),
            Failed("array of variable length without elements"));
}

TEST(TrapReport, KnowsThatLaterCompilersFindMore) {
  EXPECT_EQ(Report({0x67, 0x0F, 0xB9, 0x40, 0x19}), Failed("something new"));
  EXPECT_EQ(Report({0x67, 0x0F, 0xB9, 0x40, 0xFF}), Failed("something new"));
}

TEST(TrapReport, IsEmptyForOtherCode) {
  // ud2; another operand; an end in the middle.
  EXPECT_THAT(Report({0x0F, 0x0B, 0x67, 0x0F, 0xB9}), IsEmpty());
  EXPECT_THAT(Report({0x67, 0x0F, 0xB9, 0x80, 0x12}), IsEmpty());
  EXPECT_THAT(Report({0x67, 0x0F, 0xB9, 0x40}), IsEmpty());
  EXPECT_THAT(Report({0x67, 0x0F, 0xB9}), IsEmpty());
  EXPECT_THAT(Report({0x67}), IsEmpty());
}

TEST(TrapReport, IsEmptyForOtherExceptions) {
  EXPECT_THAT(Report({0x67, 0x0F, 0xB9, 0x40, 0x12}, kPageFaultVector),
              IsEmpty());
}

TEST(TrapReport, IsEmptyForCodeOfOthers) {
  FakeGuestMemory memory;
  ExceptionFrame frame{};
  frame.vector = kInvalidOpcodeVector;
  frame.rip = 0x40'0000;
  Recorder recorder;

  WriteTrapReport(frame, {0x20'0000, 0x21'0000}, memory, recorder);

  EXPECT_THAT(recorder.text, IsEmpty());
}

}  // namespace
}  // namespace flint::cpu
