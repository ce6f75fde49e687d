// SPDX-License-Identifier: Apache-2.0

// Doors, descriptor tables, page tables and hand-over on a (emulated)
// processor, through a guest that does what its command line says.

#include <string>
#include <utility>

#include "boot/testing/guest_test_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "testing/qemu/machine.h"
#include "testing/qemu/runfiles.h"

namespace flint::boot {
namespace {

using qemu::Machine;
using ::testing::HasSubstr;
using ::testing::Not;

std::string RunGuest(Machine machine, const std::string& command) {
  return RunImage(std::move(machine), "guest.elf", command);
}

std::string RunGuest(const std::string& command) {
  return RunGuest(Machine::Q35(), command);
}

struct Case {
  std::string command;
  std::string report;
};

void PrintTo(const Case& test_case, std::ostream* out) {
  *out << test_case.command;
}

class MistakeTest : public ::testing::TestWithParam<Case> {};

TEST_P(MistakeTest, IsReported) {
  const std::string text = RunGuest(GetParam().command);

  EXPECT_THAT(text, HasSubstr(GetParam().report));
  EXPECT_THAT(text, ::testing::ContainsRegex("called from: 2[0-9a-f]{5}"));
  EXPECT_THAT(text, Not(HasSubstr("done\n")));
}

INSTANTIATE_TEST_SUITE_P(
    Boot,
    MistakeTest,
    ::testing::Values(
        Case{"divide", "exception 0 (divide error) at 2"},
        Case{"opcode", "exception 6 (invalid opcode) at 2"},
        Case{"nmi", "exception 2 (non-maskable interrupt) at 2"},
        Case{"non-canonical", "exception 13 (general protection) at 2"},
        Case{"read-null", "read from 18: page is not mapped (null pointer)\n"},
        Case{"write-null", "write to 0: page is not mapped (null pointer)\n"},
        Case{"call-null",
             "execution at 0: page is not mapped (null pointer)\n"},
        Case{"write-text", "write to 200000: page does not allow it\n"},
        Case{"write-constant", ": page does not allow it\n"},
        Case{"run-constant", ": page does not allow it\n"},
        Case{"run-data", ": page does not allow it\n"},
        Case{"run-stack", ": page does not allow it\n"},
        Case{"run-ram", "execution at 4000000: page does not allow it\n"},
        Case{"hole", "read from 7f00000000: page is not mapped\n"},
        Case{"guard", ": page is not mapped (stack overflow)\n"},
        Case{"overflow", ": page is not mapped (stack overflow)\n"},
        Case{"check", ": check failed: arithmetic is sound\n"},
        Case{"pure-virtual", "panic: a pure virtual function was called\n"}),
    [](const auto& info) {
      std::string name = info.param.command;
      std::erase(name, '-');
      return name;
    });

TEST(BootQemu, RunsOnEveryBoardThatEntersByPvh) {
  EXPECT_THAT(RunGuest(Machine::Pc(), "none"), HasSubstr("done\n"));
  // Debian's microvm enters by way of qboot, which leaves another state.
  EXPECT_THAT(RunGuest(Machine::Q35().WithArguments({"-M", "microvm"}), "none"),
              HasSubstr("done\n"));
}

TEST(BootQemu, RunsWithoutMistakes) {
  const std::string text = RunGuest("none");

  EXPECT_THAT(text, HasSubstr("door: PVH\n"));
  EXPECT_THAT(text, HasSubstr("RAM: 25"));
  EXPECT_THAT(text, HasSubstr("done\n"));
}

TEST(BootQemu, LetsApplicationsUseVectors) {
  EXPECT_THAT(RunGuest("sse"), HasSubstr("done\n"));
}

TEST(BootQemu, MapsRamAbove4GiBWithAndWithoutGigabytePages) {
  const std::string large =
      RunGuest(Machine::Q35().WithMemoryMib(6144), "none");
  EXPECT_THAT(large, HasSubstr("gigabyte pages: true\n"));
  EXPECT_THAT(large, HasSubstr("used RAM up to 200000000\n"));
  EXPECT_THAT(large, HasSubstr("RAM: 614"));

  const std::string small =
      RunGuest(Machine::Pc().WithMemoryMib(6144).WithCpu("qemu64"), "none");
  EXPECT_THAT(small, HasSubstr("gigabyte pages: false\n"));
  EXPECT_THAT(small, HasSubstr("RAM: 614"));
  EXPECT_THAT(small, HasSubstr("used RAM up to 1"));
  EXPECT_THAT(small, HasSubstr("done\n"));
}

TEST(BootQemu, MapsDevicesWhereverTheyAre) {
  const std::string text = RunGuest("devices");

  EXPECT_THAT(text, HasSubstr("far device reads "));
  EXPECT_THAT(text, HasSubstr("local APIC version 14\n"));
  EXPECT_THAT(text, HasSubstr("done\n"));
}

TEST(BootQemu, IsInterruptedByTheTimerUntilItStops) {
  EXPECT_THAT(RunGuest("timer"),
              ::testing::ContainsRegex("timer: [0-9]+ ticks, 0 more once "
                                       "stopped; changed 0\ndone\n"));
}

TEST(BootQemu, TakesRandomNumbersFromVirtio) {
  for (const std::string device :
       {"virtio-rng-pci", "virtio-rng-pci-non-transitional"}) {
    // Noise that the test knows: the head of an ELF file.
    const std::string noise = qemu::Runfile("boot/testing/guest.elf");
    EXPECT_THAT(RunGuest(Machine::Q35().WithArguments(
                             {"-object",
                              "rng-random,id=noise,filename=" + noise,
                              "-device",
                              device + ",rng=noise"}),
                         "entropy"),
                HasSubstr("entropy: 7f454c4602010100\ndone\n"));
  }
}

TEST(BootQemu, MapsReservedMemoryWhenAsked) {
  EXPECT_THAT(RunGuest("reserved"), HasSubstr("root pointer: RSD PTR \n"));
}

TEST(BootQemu, SeesItsModules) {
  const std::string image = qemu::Runfile("boot/testing/guest.elf");
  EXPECT_THAT(RunGuest(Machine::Q35().WithInitrd(image), "none"),
              HasSubstr("modules: 1\n"));
}

TEST(BootQemu, EntersByTheLinuxDoorWithItsBssCleared) {
  const std::string text = RunGuest("linux-door");

  const size_t second = text.find("door: Linux 64-bit\n");
  ASSERT_NE(second, std::string::npos) << text;
  EXPECT_THAT(text.substr(0, second), HasSubstr("entries: bss 1 data 1\n"));
  EXPECT_THAT(text.substr(second), HasSubstr("entries: bss 1 data 2\n"));
  EXPECT_THAT(text.substr(second), HasSubstr("command line: kernel\n"));
  EXPECT_THAT(text.substr(second), HasSubstr("RAM: 255 MiB\n"));
  EXPECT_THAT(text.substr(second), HasSubstr("kernel: wrote its own code\n"));
}

TEST(BootQemu, LeavesFiveLevelsOfPageTablesAtTheLinuxDoor) {
  const std::string text = RunGuest("linux-door-five-levels");

  const size_t second = text.find("door: Linux 64-bit\n");
  ASSERT_NE(second, std::string::npos) << text;
  EXPECT_THAT(text.substr(second), HasSubstr("cr4: 620\n"));
  EXPECT_THAT(text.substr(second), HasSubstr("kernel: wrote its own code\n"));
}

TEST(BootQemu, EntersAKernelAsItsProtocolWants) {
  const std::string text = RunGuest("kernel");

  EXPECT_THAT(text,
              HasSubstr("kernel: code 10 data 18 18 18, zero page 12345000\n"));
  EXPECT_THAT(text, HasSubstr("kernel: interrupts off, direction up\n"));
  EXPECT_THAT(text, HasSubstr("kernel: wrote its own code\n"));
}

}  // namespace
}  // namespace flint::boot
