// SPDX-License-Identifier: Apache-2.0
#include "boot/cpu/exception_report.h"

#include <optional>
#include <string>

#include "platforms/base/bytes.h"
#include "platforms/base/endian.h"
#include "platforms/base/fake_guest_memory.h"
#include "platforms/runtime/address_names.h"
#include "testing/result_matchers.h"

namespace flint::cpu {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr runtime::ImageLayout kImage = {
    .text = {0x20'0000, 0x21'0000},
    .read_only_data = {0x21'0000, 0x21'4000},
    .data = {0x21'4000, 0x23'0000},
    .stack_guard = {0x23'0000, 0x23'1000},
    .stack = {0x23'1000, 0x23'5000}};

class ExceptionReportTest : public ::testing::Test {
 protected:
  class Recorder final : public runtime::PanicSink {
   public:
    void Write(std::string_view words) override { text += words; }
    std::string text;
  };

  std::string Report() {
    Recorder recorder;
    WriteExceptionReport(frame_,
                         control_,
                         {.image = kImage, .memory = memory_, .names = names_},
                         recorder);
    return recorder.text;
  }

  std::string PageFault(uint64_t address, uint64_t error_code) {
    frame_.vector = kPageFaultVector;
    frame_.error_code = error_code;
    control_.cr2 = address;
    return Report();
  }

  ExceptionFrame frame_{};
  ControlRegisters control_{};
  FakeGuestMemory memory_;
  const runtime::AddressNames* names_ = nullptr;
};

// An application, and ourselves, as the list of UEFI images has it.
class Images final : public runtime::AddressNames {
 public:
  std::optional<runtime::NamedPlace> Describe(uint64_t address) const override {
    if (address >= 0x740'0000 && address < 0x741'0000) {
      return runtime::NamedPlace{.name = "BOOTX64.EFI",
                                 .offset = address - 0x740'0000};
    }
    if (kImage.whole().Contains(address)) {
      return runtime::NamedPlace{.name = "firmware", .offset = 0};
    }
    return std::nullopt;
  }
};

// An application that runs on the firmware's stack.
class ApplicationReportTest : public ExceptionReportTest {
 protected:
  ApplicationReportTest() {
    names_ = &images_;
    frame_.rip = 0x740'1234;
    frame_.rsp = 0x23'4000;
    control_.cr2 = 0;
  }

  // What its last calls left.
  void Push(uint64_t word) {
    frame_.rsp -= 8;
    ASSERT_OK(WriteWire(stack_, frame_.rsp - kImage.stack.address, Le64(word)));
  }

  Images images_;
  MutableBytes stack_ =
      memory_.AddRegion(kImage.stack.address, kImage.stack.size_bytes());
};

TEST_F(ExceptionReportTest, NamesExceptionAndPlace) {
  frame_.vector = 13;
  frame_.error_code = 0x18;
  frame_.rip = 0x20'1234;

  EXPECT_THAT(Report(),
              StartsWith("exception 13 (general protection) at 201234, "
                         "error code 18\n"));

  frame_.vector = 0;
  EXPECT_THAT(Report(), StartsWith("exception 0 (divide error) at"));
  frame_.vector = 32;
  EXPECT_THAT(Report(), StartsWith("exception 32 (not an exception) at"));
}

TEST_F(ExceptionReportTest, TellsWhatAPageFaultWasAbout) {
  EXPECT_THAT(PageFault(0x5'0000, 0),
              HasSubstr("read from 50000: page is not mapped\n"));
  EXPECT_THAT(PageFault(0x20'0010, 0x3),
              HasSubstr("write to 200010: page does not allow it\n"));
  EXPECT_THAT(PageFault(0x22'0000, 0x11),
              HasSubstr("execution at 220000: page does not allow it\n"));
  EXPECT_THAT(PageFault(0x22'0000, 0x9),
              HasSubstr("read from 220000: page tables are damaged\n"));
}

TEST_F(ExceptionReportTest, GuessesCommonMistakes) {
  EXPECT_THAT(PageFault(0xFFF, 2),
              HasSubstr("write to fff: page is not mapped (null pointer)\n"));
  EXPECT_THAT(
      PageFault(0x23'0FF8, 2),
      HasSubstr("write to 230ff8: page is not mapped (stack overflow)\n"));
  EXPECT_THAT(PageFault(0x23'1000, 2), Not(HasSubstr("overflow")));
}

TEST_F(ExceptionReportTest, ShowsEveryRegisterOnce) {
  frame_ = {.r15 = 0xF15,
            .r14 = 0xF14,
            .r13 = 0xF13,
            .r12 = 0xF12,
            .r11 = 0xF11,
            .r10 = 0xF10,
            .r9 = 0xF09,
            .r8 = 0xF08,
            .rbp = 0xFB1,
            .rdi = 0xFD1,
            .rsi = 0xF51,
            .rdx = 0xFD0,
            .rcx = 0xFC0,
            .rbx = 0xFB0,
            .rax = 0xFA0,
            .vector = 6,
            .error_code = 0,
            .rip = 0xF1F,
            .cs = 0x10,
            .rflags = 0x46,
            .rsp = 0xF5F,
            .ss = 0x18};
  control_ = {.cr0 = 0xCC0, .cr2 = 0xCC2, .cr3 = 0xCC3, .cr4 = 0xCC4};

  EXPECT_THAT(Report(),
              HasSubstr("rax 0000000000000fa0 rbx 0000000000000fb0 "
                        "rcx 0000000000000fc0 rdx 0000000000000fd0 \n"
                        "rsi 0000000000000f51 rdi 0000000000000fd1 "
                        "rbp 0000000000000fb1 rsp 0000000000000f5f \n"
                        "r8  0000000000000f08 r9  0000000000000f09 "
                        "r10 0000000000000f10 r11 0000000000000f11 \n"
                        "r12 0000000000000f12 r13 0000000000000f13 "
                        "r14 0000000000000f14 r15 0000000000000f15 \n"
                        "rip 0000000000000f1f flg 0000000000000046 "
                        "cs  0000000000000010 ss  0000000000000018 \n"
                        "cr0 0000000000000cc0 cr2 0000000000000cc2 "
                        "cr3 0000000000000cc3 cr4 0000000000000cc4 \n"));
}

TEST_F(ExceptionReportTest, TellsWhoCalled) {
  const MutableBytes stack = memory_.AddRegion(0x23'1000, 0x4000);
  ASSERT_OK(WriteWire(stack, 0x100, Le64(0x23'1200)));
  ASSERT_OK(WriteWire(stack, 0x108, Le64(0x20'0111)));
  ASSERT_OK(WriteWire(stack, 0x200, Le64(0)));
  ASSERT_OK(WriteWire(stack, 0x208, Le64(0x20'0222)));
  frame_.rbp = 0x23'1100;

  EXPECT_THAT(Report(), HasSubstr("called from: 200111, 200222\n"));
}

TEST_F(ExceptionReportTest, SurvivesARuinedFramePointer) {
  for (const uint64_t rbp : {uint64_t{0}, uint64_t{0x23'1FF1}, UINT64_MAX}) {
    frame_.rbp = rbp;
    EXPECT_THAT(Report(), HasSubstr("called from:\n"));
  }
}

TEST_F(ExceptionReportTest, NamesNoProgramInOurOwnCode) {
  const Images images;
  names_ = &images;
  frame_.rip = 0x20'1234;

  EXPECT_THAT(Report(),
              AllOf(Not(HasSubstr("in ")),
                    Not(HasSubstr("jumped")),
                    Not(HasSubstr("on the stack"))));
}

TEST_F(ApplicationReportTest, NamesTheImage) {
  EXPECT_THAT(Report(),
              StartsWith("exception 0 (divide error) at 7401234, "
                         "error code 0\n"
                         "in BOOTX64.EFI + 0x1234\n"
                         "rax "));
}

TEST_F(ApplicationReportTest, TellsAStackOverflow) {
  ASSERT_OK(WriteWire(stack_, 0, Le64(0x740'0020)));
  frame_.rsp = 0x23'0FF8;

  EXPECT_THAT(PageFault(0x23'0FF8, 2),
              HasSubstr("write to 230ff8: page is not mapped (stack overflow)\n"
                        "in BOOTX64.EFI + 0x1234\n"));
  EXPECT_THAT(Report(), HasSubstr("on the stack: BOOTX64.EFI + 0x20\n"));
}

TEST_F(ApplicationReportTest, TellsWhoJumped) {
  Push(0x740'0456);
  for (const uint64_t target : {uint64_t{0}, uint64_t{0x23'2000}}) {
    frame_.rip = target;

    EXPECT_THAT(
        PageFault(target, 0x10),
        HasSubstr(target == 0 ? "execution at 0: page is not mapped (null "
                                "pointer)\njumped to 0 from BOOTX64.EFI + "
                                "0x456\n"
                              : "jumped to 232000 from BOOTX64.EFI + "
                                "0x456\n"));
  }

  Push(0x20'0456);
  EXPECT_THAT(PageFault(0, 0x10), HasSubstr("jumped to 232000 from 200456\n"));
}

TEST_F(ApplicationReportTest, BlamesNobodyForAJumpThatWasNoCall) {
  Push(0x1234'5678);
  frame_.rip = 0;

  EXPECT_THAT(PageFault(0, 0x10), HasSubstr("\njumped to 0\n"));

  for (const uint64_t stack_pointer : {uint64_t{0}, UINT64_MAX - 7}) {
    frame_.rsp = stack_pointer;
    EXPECT_THAT(Report(), HasSubstr("\njumped to 0\n"));
  }
}

TEST_F(ApplicationReportTest, TellsWhoCalledThroughImagesAndUs) {
  frame_.rbp = 0x23'1100;
  ASSERT_OK(WriteWire(stack_, 0x100, Le64(0x23'1200)));
  ASSERT_OK(WriteWire(stack_, 0x108, Le64(0x740'0020)));
  ASSERT_OK(WriteWire(stack_, 0x200, Le64(0)));
  ASSERT_OK(WriteWire(stack_, 0x208, Le64(0x20'0222)));

  EXPECT_THAT(Report(), HasSubstr("called from: BOOTX64.EFI + 0x20, 200222\n"));
}

TEST_F(ApplicationReportTest, ShowsTheImagesAddressesOnTheStack) {
  Push(0x740'0111);
  Push(0x20'0222);  // ours
  Push(0x740'0333);

  EXPECT_THAT(Report(),
              HasSubstr("on the stack: BOOTX64.EFI + 0x333, "
                        "BOOTX64.EFI + 0x111\n"));
}

}  // namespace
}  // namespace flint::cpu
