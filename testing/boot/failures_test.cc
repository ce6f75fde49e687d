// SPDX-License-Identifier: Apache-2.0
//
// What cannot be booted ends, soon, in a report that names disk, partition,
// file and reason; then the owner's wish is obeyed.
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "testing/boot/boot_test.h"
#include "testing/qemu/status_matchers.h"

namespace flint::boot_test {
namespace {

using qemu::Disk;
using qemu::Json;
using qemu::Machine;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Lt;

/// The disk's name on q35: the first device behind the host bridge.
constexpr std::string_view kDisk = "virtio-blk at pci 0000:00:01\\.0";
constexpr std::string_view kEsp = ", partition 1 \\(EFI system\\): ";

constexpr std::chrono::milliseconds kNoWait{1000};

/// ACPI's timer, where SeaBIOS puts it. [acpi 4.8.3.3]
constexpr std::string_view kReadTimer = "i /w 0x608";
constexpr double kTimerHertz = 3579545;

/// How long the machine has been on, in its own time, by the instruction
/// clock; it must be stopped.
absl::StatusOr<double> GuestSeconds(qemu::Qemu& vm) {
  // The timer wraps after 4.7 seconds; the machine's date does not.
  absl::StatusOr<Json> date =
      vm.Execute("qom-get", R"({"path": "/machine", "property": "rtc-time"})");
  if (!date.ok()) return date.status();
  const int64_t seconds = (*date)["tm_hour"].integer() * 3600 +
                          (*date)["tm_min"].integer() * 60 +
                          (*date)["tm_sec"].integer();
  if (seconds > 1) return static_cast<double>(seconds);

  absl::StatusOr<std::string> said = vm.Monitor(kReadTimer);
  if (!said.ok()) return said.status();
  // "portl[0x0608] = 0x4c4b40"
  const std::vector<std::string_view> words =
      absl::StrSplit(*said, absl::ByAnyChar(" \r\n"), absl::SkipEmpty());
  uint32_t ticks = 0;
  if (words.empty() || !absl::SimpleHexAtoi(words.back(), &ticks)) {
    return absl::InternalError(absl::StrCat("unexpected: ", *said));
  }
  return ticks / kTimerHertz;
}

class Failures : public BootTest {
 protected:
  /// Starts the machine, which has nothing to boot, expects the report's
  /// heading and `line` in it, all within a second of the machine's own time.
  void ExpectReport(Machine machine, std::string_view line) {
    ASSERT_OK_AND_ASSIGN(
        qemu::Qemu* const vm,
        Start(WithFirmware(std::move(machine), "flint.on_failure=poweroff")
                  .WithInstructionClock()
                  .WithPauseOnShutdown()));
    ASSERT_OK_AND_ASSIGN(const Json event, vm->ExpectEvent("SHUTDOWN"));
    EXPECT_EQ(event["data"]["reason"].text(), "guest-shutdown");
    // All is said: these need not wait.
    EXPECT_OK(vm->ExpectLine("^flint: .*no bootable operating system found:$",
                             kNoWait));
    EXPECT_OK(vm->ExpectLine(absl::StrCat("^flint: .*  ", line, "$"), kNoWait));

    ASSERT_OK_AND_ASSIGN(const double seconds, GuestSeconds(*vm));
    EXPECT_THAT(seconds, Lt(1.0));
    RecordProperty("guest_milliseconds", static_cast<int>(seconds * 1000));
  }

  void ExpectReport(const Disk& disk, std::string_view line) {
    ExpectReport(Machine::Q35().WithDisk(disk), line);
  }
};

TEST_F(Failures, OfAMachineWithoutDisk) {
  ExpectReport(Machine::Q35(), "the machine has no disk");
}

TEST_F(Failures, OfABlankDisk) {
  ExpectReport({.image = Image("blank.img")},
               absl::StrCat(kDisk, ": no partition table and no file system"));
}

TEST_F(Failures, OfADiskWithoutPartitions) {
  ExpectReport({.image = Image("no_partitions.img")},
               absl::StrCat(kDisk, ": no partition that could be booted from"));
}

TEST_F(Failures, OfATruncatedKernel) {
  ExpectReport({.image = Image("truncated_kernel.img")},
               absl::StrCat(kDisk,
                            kEsp,
                            "debian.conf: /debian/vmlinuz: "
                            "kernel file is shorter than its header says"));
}

TEST_F(Failures, OfAMissingFile) {
  ExpectReport({.image = Image("missing_kernel.img")},
               absl::StrCat(kDisk,
                            kEsp,
                            "missing.conf: /debian/missing-vmlinuz: "
                            "no such file or directory"));
}

TEST_F(Failures, OfAFatChainThatLoops) {
  ExpectReport({.image = Image("looped_kernel.img")},
               absl::StrCat(kDisk,
                            kEsp,
                            "debian.conf: /debian/vmlinuz: "
                            "FAT cluster chain has a loop"));
}

TEST_F(Failures, OfEveryDiskAreReported) {
  ASSERT_OK_AND_ASSIGN(
      qemu::Qemu* const vm,
      Start(WithFirmware(Machine::Pc(), "flint.on_failure=poweroff")
                .WithDisk({.image = Image("blank.img")})
                .WithDisk({.image = Image("missing_kernel.img")})));

  ASSERT_OK(vm->ExpectText("0000:00:02.0: no partition table"));
  ASSERT_OK(vm->ExpectText("0000:00:03.0, partition 1 (EFI system)"));
  ASSERT_OK(vm->ExpectExit());
}

/// Two disks, of which QEMU wants the second first, and settings in a file.
Machine OrderedMachine() {
  return WithFirmware(Machine::Q35())
      .WithArguments({"-fw_cfg", "name=opt/flint/on_failure,string=poweroff"})
      .WithDisk({.image = Image("missing_kernel.img")})
      .WithDisk({.image = Image("truncated_kernel.img"),
                 .properties = "bootindex=1"});
}

TEST_F(Failures, ComeInTheOrderOfTheVm) {
  ASSERT_OK(Start(OrderedMachine()));

  ASSERT_OK(
      machine().ExpectText("booting debian.conf from virtio-blk at pci "
                           "0000:00:02.0"));
  ASSERT_OK(
      machine().ExpectText("booting missing.conf from virtio-blk at pci "
                           "0000:00:01.0"));
  ASSERT_OK(machine().ExpectExit());
}

TEST_F(Failures, OfDisksThatTheVmExcludesAreReported) {
  ASSERT_OK(Start(OrderedMachine().WithArguments({"-boot", "strict=on"})));

  ASSERT_OK(machine().ExpectText("no bootable operating system found"));
  ASSERT_OK(machine().ExpectText("0000:00:02.0, partition 1"));
  ASSERT_OK(machine().ExpectText(
      "virtio-blk at pci 0000:00:01.0: the VMM's boot order excludes it"));
  ASSERT_OK(machine().ExpectExit());
}

class OnFailure : public BootTest {
 protected:
  /// Starts a machine without a disk, and waits for the report.
  void StartWith(std::string_view settings) {
    ASSERT_OK(Start(WithFirmware(Machine::Q35(), settings)));
    ASSERT_OK(machine().ExpectLine("the machine has no disk"));
  }

  /// The machine ends for this reason.
  void ExpectEnd(std::string_view reason) {
    ASSERT_OK_AND_ASSIGN(const Json event, machine().ExpectEvent("SHUTDOWN"));
    EXPECT_EQ(event["data"]["reason"].text(), reason);
    ASSERT_OK_AND_ASSIGN(const int status, machine().ExpectExit());
    EXPECT_EQ(status, 0);
  }

  /// The processor stops, and no interrupt could wake it.
  void ExpectHalt() {
    const auto deadline = qemu::Deadline::After(std::chrono::seconds(30));
    std::string registers;
    // Nothing tells when a processor halts. Each question takes QEMU a moment.
    while (!deadline.has_passed()) {
      ASSERT_OK_AND_ASSIGN(registers, machine().Monitor("info registers"));
      if (registers.find("HLT=1") != registers.npos) break;
    }
    EXPECT_THAT(registers, HasSubstr("HLT=1"));
    // EFLAGS.IF, 0x200, is clear.
    EXPECT_THAT(registers, ContainsRegex("RFL=[0-9a-f]{5}[014589cd]"));
    ASSERT_OK_AND_ASSIGN(const Json status, machine().Execute("query-status"));
    EXPECT_EQ(status["status"].text(), "running");
  }
};

TEST_F(OnFailure, PowersOff) {
  StartWith("flint.on_failure=poweroff");
  ExpectEnd("guest-shutdown");
}

TEST_F(OnFailure, Resets) {
  StartWith("flint.on_failure=reset");
  ExpectEnd("guest-reset");
}

TEST_F(OnFailure, Halts) {
  StartWith("flint.on_failure=halt");
  ExpectHalt();
}

TEST_F(OnFailure, HaltsUnlessTold) {
  StartWith("");
  ExpectHalt();
}

}  // namespace
}  // namespace flint::boot_test
