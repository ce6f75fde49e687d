// SPDX-License-Identifier: Apache-2.0
//
// What an operating system still uses of the firmware when it runs: Debian 12
// with systemd, its own tools, and two ways to start it.
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <ios>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "testing/boot/runtime/debian_story.h"
#include "testing/boot/uefi/kernel_messages.h"
#include "testing/qemu/status_matchers.h"

namespace flint::boot_test {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ContainsRegex;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using ::testing::Not;
using ::testing::StartsWith;

constexpr uint64_t kMib = 1 << 20;
/// Attributes: EFI_VARIABLE_NON_VOLATILE, BOOTSERVICE_ACCESS, RUNTIME_ACCESS.
constexpr std::string_view kAttributes = "07000000";

/// Where Linux maps what SetVirtualAddressMap moves.
constexpr uint64_t kRuntimeStart = 0xffff'ffef'0000'0000;
constexpr uint64_t kRuntimeEnd = 0xffff'ffff'0000'0000;

/// Starts are few, checks are many: all of them look at the same story.
class Runtime : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_OK(story().status()); }

  void TearDown() override {
    const char* const outputs = std::getenv("TEST_UNDECLARED_OUTPUTS_DIR");
    if (outputs == nullptr || !HasFailure()) return;
    std::ofstream(absl::StrCat(outputs, "/serial.log")) << story().serial();
  }

  static const DebianStory& story() {
    static const std::unique_ptr<const DebianStory> kStory = DebianStory::Run();
    return *kStory;
  }
  static const GuestFacts& unified() { return story().unified().facts; }
  static const GuestFacts& grub() { return story().grub().facts; }
};

/// A variable of the test's as the guest shows it: attributes, then data.
std::string Variable(std::string_view name, std::string_view text) {
  return absl::StrCat(name,
                      "-0f11e700-0000-4000-8000-0000000000aa=",
                      kAttributes,
                      absl::BytesToHexString(text));
}

std::string GlobalName(std::string_view name) {
  return absl::StrCat("8be4df61-93ca-11d2-aa0d-00e098032b8c-", name);
}

bool IsInRuntimeServices(uint64_t address) {
  return address >= kRuntimeStart && address < kRuntimeEnd;
}

/// Checks of both ways to start Debian.
class RuntimeOf : public Runtime,
                  public ::testing::WithParamInterface<std::string_view> {
 protected:
  static const GuestFacts& facts() {
    return GetParam() == "grub" ? grub() : unified();
  }
  /// The one that this start makes.
  static std::string OwnVariable(std::string_view text) {
    return Variable(absl::StrCat("Flint", GetParam()), text);
  }
};
INSTANTIATE_TEST_SUITE_P(Ways,
                         RuntimeOf,
                         ::testing::Values("unified", "grub"),
                         [](const auto& info) {
                           return std::string(info.param);
                         });

TEST_P(RuntimeOf, StartsAllOfDebian) {
  EXPECT_THAT(facts().Text("cmdline"),
              HasSubstr(absl::StrCat("flint.check=", GetParam())));
  EXPECT_EQ(facts().Text("efi"), "64");
  EXPECT_EQ(facts().Text("system"), "running");
  EXPECT_EQ(facts().Text("failed"), "");
}

TEST_P(RuntimeOf, HasAMemoryMapThatTheKernelDoesNotComplainOf) {
  const std::vector<std::string>& messages = facts().Lines("dmesg");
  EXPECT_THAT(Complaints(messages), IsEmpty());
  EXPECT_OK(CheckEfiMemoryMap(messages, DebianStory::kMemoryMib * kMib, 0));
}

TEST_P(RuntimeOf, ListsVariables) {
  EXPECT_THAT(facts().Lines("list"),
              IsSupersetOf({GlobalName("SecureBoot"),
                            GlobalName("SetupMode"),
                            GlobalName("ConOut"),
                            GlobalName("PlatformLang"),
                            GlobalName("OsIndicationsSupported")}));
}

TEST_P(RuntimeOf, CreatesAVariable) {
  EXPECT_EQ(facts().Text("create status"), "0") << facts().Text("create");
  EXPECT_THAT(facts().Lines("created"), Contains(OwnVariable("one")));
}

TEST_P(RuntimeOf, AppendsToAVariable) {
  EXPECT_EQ(facts().Text("append status"), "0") << facts().Text("append");
  EXPECT_THAT(facts().Lines("appended"), Contains(OwnVariable("one two")));
  EXPECT_THAT(facts().Text("print"), HasSubstr("|one two"));
  // By the kernel's own file system, to a value that was replaced by it.
  EXPECT_THAT(facts().Lines("extended"), Contains(OwnVariable("three four")));
}

TEST_P(RuntimeOf, ReplacesAVariable) {
  EXPECT_THAT(facts().Lines("replaced"), Contains(OwnVariable("three")));
}

TEST_P(RuntimeOf, DeletesAVariable) {
  const std::string gone = Variable("FlintGone", "soon");
  EXPECT_THAT(facts().Lines("extended"), Contains(gone));
  EXPECT_EQ(facts().Text("delete status"), "0") << facts().Text("delete");
  EXPECT_THAT(facts().Lines("deleted"),
              AllOf(Not(Contains(gone)), Contains(OwnVariable("three four"))));
}

TEST_P(RuntimeOf, KeepsALargeVariable) {
  EXPECT_EQ(facts().Text("large status"), "0") << facts().Text("large");
  // Of what was written, and of what is read back.
  const std::vector<std::string>& sums = facts().Lines("large sum");
  ASSERT_EQ(sums.size(), 2u);
  EXPECT_EQ(sums[0], sums[1]);
}

TEST_P(RuntimeOf, RefusesWhatItMustNotChange) {
  EXPECT_THAT(facts().Text("secure boot"), HasSubstr("Read-only file system"));
  EXPECT_THAT(facts().Text("volatile"), HasSubstr("Invalid argument"));
}

TEST_P(RuntimeOf, SharesTheClock) {
  EXPECT_THAT(facts().Text("rtc"), StartsWith("rtc_cmos"));
  EXPECT_EQ(facts().Text("clock set status"), "0");
  EXPECT_THAT(facts().Text("clock read"), StartsWith("2027-03-04 05:06:"));
}

TEST_P(RuntimeOf, SetsAndClearsTheAlarm) {
  EXPECT_THAT(facts().Text("wake set"), HasSubstr("Thu Mar  4 06:06:"));
  EXPECT_THAT(facts().Text("wake show"),
              HasSubstr("alarm: on  Thu Mar  4 06:06:"));
  EXPECT_EQ(facts().Text("wake disable status"), "0");
}

TEST_P(RuntimeOf, TellsBootctlWhatTheFirmwareCanDo) {
  EXPECT_THAT(facts().Text("bootctl"),
              AllOf(HasSubstr("Secure Boot: disabled (setup)"),
                    HasSubstr("Boot into FW: supported")));
}

TEST_F(Runtime, TellsBootctlWhatFlintStarted) {
  EXPECT_THAT(
      unified().Text("bootctl"),
      AllOf(HasSubstr("Firmware: UEFI 2.100 (Flint "),
            HasSubstr("Product: Flint "),
            HasSubstr("✓ Menu timeout control"),
            HasSubstr("✓ Default entry control"),
            HasSubstr("✓ One-shot entry control"),
            HasSubstr("✗ Support for passing random seed to OS"),
            HasSubstr("File: └─/EFI/Linux/debian.efi"),
            HasSubstr("by-partuuid/f11e7000-0000-4000-8000-000000000001")));
}

TEST_F(Runtime, TellsBootctlItsBootOptions) {
  // GRUB says nothing of itself or of the firmware.
  EXPECT_THAT(grub().Text("bootctl"),
              AllOf(HasSubstr("Boot Loaders Listed in EFI Variables:"),
                    HasSubstr("Title: debian"),
                    HasSubstr("Status: active, boot-order"),
                    HasSubstr("File: └─/EFI/debian/shimx64.efi")));
}

TEST_F(Runtime, TellsSystemdWhatTimeTheFirmwareTook) {
  EXPECT_THAT(unified().Text("times"),
              ContainsRegex("in [0-9.]+m?s \\(firmware\\) \\+ "
                            "[0-9.]+m?s \\(loader\\) \\+ "
                            "[0-9.]+m?s \\(kernel\\)"));
}

TEST_F(Runtime, ObeysBootNextOnce) {
  EXPECT_EQ(unified().Text("next status"), "0") << unified().Text("next");
  EXPECT_THAT(unified().Text("next"), HasSubstr("BootNext: 0000"));
  EXPECT_THAT(story().grub().firmware,
              Contains(AllOf(StartsWith("booting "), HasSubstr("debian"))));

  EXPECT_THAT(grub().Text("boot manager"),
              AllOf(HasSubstr("BootCurrent: 0000"),
                    HasSubstr("\\EFI\\debian\\shimx64.efi"),
                    Not(HasSubstr("BootNext"))));
}

TEST_F(Runtime, KeepsVariablesAcrossAReset) {
  EXPECT_THAT(grub().Lines("found"),
              ElementsAre(Variable("Flintunified", "three four")));
}

TEST_F(Runtime, ReadsTheClockThatTheSystemSet) {
  // The firmware's own files, written when it started GRUB.
  EXPECT_THAT(grub().Text("store"), HasSubstr(" 2027-03-04 05:06:"));
  EXPECT_THAT(grub().Text("clock at start"), StartsWith("2027-03-04 05:"));
}

TEST_F(Runtime, ResetsAndSwitchesOffItself) {
  EXPECT_TRUE(IsInRuntimeServices(story().reset_address()))
      << std::hex << story().reset_address();
  EXPECT_TRUE(IsInRuntimeServices(story().power_off_address()))
      << std::hex << story().power_off_address();
}

TEST_F(Runtime, SurvivesKexec) {
  EXPECT_EQ(grub().Text("kexec status"), "0") << grub().Text("kexec");
  const GuestRun& second = story().second_kernel();
  EXPECT_THAT(second.firmware, IsEmpty());
  EXPECT_EQ(second.facts.Text("efi"), "64");
  ASSERT_THAT(second.facts.Lines("dmesg"), Not(IsEmpty()));
  EXPECT_THAT(Complaints(second.facts.Lines("dmesg")), IsEmpty());

  EXPECT_THAT(second.facts.Lines("found"),
              IsSupersetOf({Variable("Flintunified", "three four"),
                            Variable("Flintgrub", "three four"),
                            Variable("FlintSmall", "small")}));
}

TEST_F(Runtime, KeepsVariablesWhenSwitchedOff) {
  const GuestRun& cold = story().cold();
  EXPECT_THAT(cold.firmware,
              Contains(AllOf(StartsWith("booting "), HasSubstr("small"))));
  EXPECT_THAT(cold.facts.Lines("found"),
              IsSupersetOf({Variable("Flintunified", "three four"),
                            Variable("Flintgrub", "three four")}));
}

}  // namespace
}  // namespace flint::boot_test
