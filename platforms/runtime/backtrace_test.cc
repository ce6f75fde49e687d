// SPDX-License-Identifier: Apache-2.0
#include "platforms/runtime/backtrace.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "platforms/base/bytes.h"
#include "platforms/base/endian.h"
#include "platforms/base/fake_guest_memory.h"
#include "testing/result_matchers.h"

namespace flint::runtime {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr AddressRange kStack = {0x10'000, 0x11'000};
constexpr AddressRange kText = {0x40'000, 0x50'000};
constexpr AddressRange kImage = {0x40'000, 0x60'000};

class BacktraceTest : public ::testing::Test {
 protected:
  void SetFrame(uint64_t at, uint64_t caller, uint64_t return_address) {
    struct {
      Le64 caller;
      Le64 return_address;
    } const frame = {caller, return_address};
    ASSERT_OK(WriteWire(stack_, at - kStack.address, frame));
  }

  std::vector<uint64_t> Walk(uint64_t frame_pointer, size_t limit = 32) {
    std::vector<uint64_t> addresses(limit);
    addresses.resize(WalkFrames(calls_, frame_pointer, addresses));
    return addresses;
  }

  FakeGuestMemory memory_;
  MutableBytes stack_ = memory_.AddRegion(kStack.address, kStack.size_bytes());
  CallStack calls_{
      .memory = memory_, .stack = kStack, .text = kText, .image = kImage};
};

// One program, and ourselves, which are not to be named.
class ProgramAndFirmware final : public AddressNames {
 public:
  std::optional<NamedPlace> Describe(uint64_t address) const override {
    if (address >= 0x7'0000 && address < 0x7'2000) {
      return NamedPlace{.name = "shell.efi", .offset = address - 0x7'0000};
    }
    if (kImage.Contains(address)) {
      return NamedPlace{.name = "firmware", .offset = address - kImage.address};
    }
    return std::nullopt;
  }
};

class Recorder final : public PanicSink {
 public:
  void Write(std::string_view words) override { text += words; }
  std::string text;
};

TEST_F(BacktraceTest, ListsReturnAddressesInnermostFirst) {
  SetFrame(0x10'100, 0x10'200, 0x40'010);
  SetFrame(0x10'200, 0x10'FF0, 0x40'020);
  SetFrame(0x10'FF0, 0, 0x4F'FFF);

  EXPECT_THAT(Walk(0x10'100), ElementsAre(0x40'010, 0x40'020, 0x4F'FFF));
}

TEST_F(BacktraceTest, StopsAtAReturnAddressOutsideTheText) {
  SetFrame(0x10'100, 0x10'200, 0x40'010);
  SetFrame(0x10'200, 0x10'300, 0x50'000);
  SetFrame(0x10'300, 0, 0x40'020);

  EXPECT_THAT(Walk(0x10'100), ElementsAre(0x40'010));
}

TEST_F(BacktraceTest, StopsAtAFrameThatDoesNotGoUp) {
  SetFrame(0x10'100, 0x10'100, 0x40'010);
  SetFrame(0x10'200, 0x10'100, 0x40'020);

  EXPECT_THAT(Walk(0x10'100), ElementsAre(0x40'010));
  EXPECT_THAT(Walk(0x10'200), ElementsAre(0x40'020));
}

TEST_F(BacktraceTest, ReadsOnlyAlignedFramesWithinTheStack) {
  SetFrame(0x10'101, 0, 0x40'010);

  EXPECT_THAT(Walk(0x10'101), IsEmpty());
  EXPECT_THAT(Walk(kStack.address - 8), IsEmpty());
  EXPECT_THAT(Walk(kStack.end - 8), IsEmpty());
  EXPECT_THAT(Walk(kStack.end), IsEmpty());
  EXPECT_THAT(Walk(UINT64_MAX - 7), IsEmpty());
}

TEST_F(BacktraceTest, IsWrittenAsALine) {
  Recorder recorder;
  SetFrame(0x10'100, 0x10'200, 0x40'010);
  SetFrame(0x10'200, 0, 0x40'ABC);

  WriteBacktrace(calls_, 0x10'100, recorder);
  WriteBacktrace(calls_, 0, recorder);

  EXPECT_EQ(recorder.text, "called from: 40010, 40abc\ncalled from:\n");
}

TEST_F(BacktraceTest, GoesThroughNamedPrograms) {
  const ProgramAndFirmware names;
  calls_.names = &names;
  Recorder recorder;
  SetFrame(0x10'100, 0x10'200, 0x40'010);
  SetFrame(0x10'200, 0x10'300, 0x7'0123);
  SetFrame(0x10'300, 0x10'400, 0x7'2000);
  SetFrame(0x10'400, 0, 0x40'020);

  WriteBacktrace(calls_, 0x10'100, recorder);

  EXPECT_EQ(recorder.text, "called from: 40010, shell.efi + 0x123\n");
}

TEST_F(BacktraceTest, FindsWordsOfNamedProgramsOnTheStack) {
  const ProgramAndFirmware names;
  calls_.names = &names;
  Recorder recorder;
  SetFrame(0x10'000, 0x7'0000, 0x7'0001);
  SetFrame(0x10'080, 0x40'010, 0x50'010);
  SetFrame(0x10'100, 0x7'2000, 0x7'1FFF);
  SetFrame(0x10'FF0, 0x7'0010, 0x7'0020);

  WriteStackWords(calls_, 0x10'008, recorder);
  EXPECT_EQ(recorder.text,
            "on the stack: shell.efi + 0x1, shell.efi + 0x1fff, "
            "shell.efi + 0x10, shell.efi + 0x20\n");

  recorder.text.clear();
  WriteStackWords(calls_, 0x11'000, recorder);
  WriteStackWords(calls_, 0x10'009, recorder);
  WriteStackWords(calls_, kStack.address - 8, recorder);
  calls_.names = nullptr;
  WriteStackWords(calls_, 0x10'008, recorder);
  EXPECT_EQ(recorder.text, "");
}

TEST_F(BacktraceTest, ShowsAsManyWordsAsAreReadable) {
  const ProgramAndFirmware names;
  calls_.names = &names;
  Recorder recorder;
  for (uint64_t at = 0x10'000; at < 0x11'000; at += 16) {
    SetFrame(at, 0x7'0010, 0x7'0020);
  }

  WriteStackWords(calls_, 0x10'000, recorder);

  EXPECT_EQ(std::ranges::count(recorder.text, '+'), 16);
}

TEST_F(BacktraceTest, StopsWhenTheOutputIsFull) {
  for (uint64_t at = 0x10'000; at < 0x10'F00; at += 16) {
    SetFrame(at, at + 16, 0x40'010);
  }

  EXPECT_THAT(Walk(0x10'000, 7), SizeIs(7));
}

}  // namespace
}  // namespace flint::runtime
