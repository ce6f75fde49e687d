// SPDX-License-Identifier: Apache-2.0
#include "testing/qemu/qemu.h"

#include <signal.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "testing/qemu/status_matchers.h"

namespace flint::qemu {
namespace {

using std::chrono::milliseconds;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Ge;
using ::testing::HasSubstr;

/// A boot sector that greets on COM1, echoes one character and powers off.
constexpr auto kBootCode = std::to_array<uint8_t>({
    0xfc,              // cld
    0x31, 0xc0,        // xor ax, ax
    0x8e, 0xd8,        // mov ds, ax
    0xba, 0xf8, 0x03,  // mov dx, 0x3f8
    0xbe, 0x26, 0x7c,  // mov si, greeting
    0xac,              // next: lodsb
    0x84, 0xc0,        // test al, al
    0x74, 0x03,        // jz wait
    0xee,              // out dx, al
    0xeb, 0xf8,        // jmp next
    0xba, 0xfd, 0x03,  // wait: mov dx, 0x3fd
    0xec,              // again: in al, dx
    0xa8, 0x01,        // test al, 1
    0x74, 0xfb,        // jz again
    0xb2, 0xf8,        // mov dl, 0xf8
    0xec,              // in al, dx
    0xee,              // out dx, al
    0xba, 0x04, 0x06,  // mov dx, 0x604: PM1a_CNT
    0xb8, 0x00, 0x20,  // mov ax, 0x2000: SLP_EN
    0xef,              // out dx, ax
});
constexpr std::string_view kGreeting = "hello\r\nversion 1.25\r\nready> ";
constexpr size_t kSectorSize = 512;
/// SeaBIOS boots from nothing much smaller.
constexpr size_t kDiskSize = 1 << 20;
static_assert(kBootCode.size() == 0x26);

/// Writes the boot sector as a disk image: its path.
std::string BootDisk() {
  std::string disk(kBootCode.begin(), kBootCode.end());
  disk += kGreeting;
  disk.resize(kSectorSize - 2);
  disk += "\x55\xaa";
  disk.resize(kDiskSize);
  const std::string path =
      absl::StrCat(std::getenv("TEST_TMPDIR"), "/boot.img");
  std::ofstream(path, std::ios::binary) << disk;
  return path;
}

absl::StatusOr<std::unique_ptr<Qemu>> StartBootDisk(
    Machine machine = Machine::Q35()) {
  return Qemu::Start(machine.WithDisk({.image = BootDisk()}));
}

TEST(Qemu, TalksToTheGuestUntilItPowersOff) {
  ASSERT_OK_AND_ASSIGN(const auto vm, StartBootDisk());

  ASSERT_OK(vm->ExpectText("hello"));
  ASSERT_OK_AND_ASSIGN(const auto groups,
                       vm->ExpectLine("version ([0-9]+)\\.([0-9]+)"));
  EXPECT_THAT(groups, ElementsAre("version 1.25", "1", "25"));
  ASSERT_OK(vm->ExpectText("ready> "));
  ASSERT_OK(vm->Send("x"));
  ASSERT_OK(vm->ExpectText("x"));
  ASSERT_OK_AND_ASSIGN(const Json event, vm->ExpectEvent("SHUTDOWN"));
  EXPECT_EQ(event["data"]["reason"].text(), "guest-shutdown");
  ASSERT_OK_AND_ASSIGN(const int status, vm->ExpectExit());
  EXPECT_EQ(status, 0);
}

TEST(Qemu, SaysWhatItWaitedForWhenTimeIsUp) {
  ASSERT_OK_AND_ASSIGN(const auto vm, StartBootDisk());
  ASSERT_OK(vm->ExpectText("ready> "));

  EXPECT_THAT(vm->ExpectText("hello", milliseconds(1)),
              IsFailure(absl::StatusCode::kDeadlineExceeded,
                        AllOf(HasSubstr("waiting for the text \"hello\""),
                              HasSubstr("qemu-system-x86_64 -machine q35"),
                              HasSubstr("QEMU is running"),
                              HasSubstr("version 1.25\nready> "))));
}

TEST(Qemu, StopsWaitingWhenQemuEnds) {
  ASSERT_OK_AND_ASSIGN(const auto vm, StartBootDisk());
  ASSERT_OK(vm->ExpectText("ready> "));
  ASSERT_OK(vm->Send("x"));

  EXPECT_THAT(vm->ExpectText("never said"),
              IsFailure(absl::StatusCode::kFailedPrecondition,
                        AllOf(HasSubstr("QEMU ended while waiting for"),
                              HasSubstr("exited with status 0"))));
}

TEST(Qemu, SaysWhyAMachineCannotBeStarted) {
  EXPECT_THAT(Qemu::Start(Machine::Q35().WithDisk({.image = "/no/such/disk"})),
              IsFailure(absl::StatusCode::kFailedPrecondition,
                        AllOf(HasSubstr("exited with status 1"),
                              HasSubstr("Could not open '/no/such/disk'"))));
}

TEST(Qemu, AnswersQueries) {
  ASSERT_OK_AND_ASSIGN(const auto vm, StartBootDisk());

  ASSERT_OK_AND_ASSIGN(const Json status, vm->Execute("query-status"));
  EXPECT_EQ(status["status"].text(), "running");
  ASSERT_OK_AND_ASSIGN(const std::string block, vm->Monitor("info block"));
  EXPECT_THAT(block, HasSubstr("disk0"));
  EXPECT_THAT(vm->Execute("no-such-command"),
              IsFailure(absl::StatusCode::kInvalidArgument,
                        HasSubstr("no-such-command")));
}

TEST(Qemu, CountsTraceEvents) {
  ASSERT_OK_AND_ASSIGN(
      const auto vm,
      StartBootDisk(Machine::Q35().WithTrace("virtio_blk_handle_read")));
  ASSERT_OK(vm->ExpectText("ready> "));

  ASSERT_OK_AND_ASSIGN(const int reads,
                       vm->CountTraceEvents("virtio_blk_handle_read"));
  ASSERT_OK_AND_ASSIGN(const int writes,
                       vm->CountTraceEvents("virtio_blk_handle_write"));

  EXPECT_THAT(reads, Ge(1));
  EXPECT_EQ(writes, 0);
}

TEST(Qemu, StaysStoppedAfterPowerOffIfAsked) {
  ASSERT_OK_AND_ASSIGN(const auto vm,
                       StartBootDisk(Machine::Q35().WithPauseOnShutdown()));
  ASSERT_OK(vm->ExpectText("ready> "));
  ASSERT_OK(vm->Send("x"));

  ASSERT_OK(vm->ExpectEvent("SHUTDOWN"));

  ASSERT_OK_AND_ASSIGN(const Json status, vm->Execute("query-status"));
  EXPECT_EQ(status["status"].text(), "shutdown");
}

TEST(Qemu, IsKilledWithItsOwner) {
  pid_t id = 0;
  {
    ASSERT_OK_AND_ASSIGN(const auto vm, StartBootDisk());
    id = vm->process_id();
    ASSERT_EQ(kill(id, 0), 0);
  }

  EXPECT_EQ(kill(id, 0), -1);
  EXPECT_EQ(errno, ESRCH);
}

TEST(Qemu, TellsThatASignalKilledIt) {
  ASSERT_OK_AND_ASSIGN(const auto vm, StartBootDisk());

  kill(vm->process_id(), SIGKILL);

  EXPECT_THAT(vm->ExpectExit(),
              IsFailure(absl::StatusCode::kAborted,
                        HasSubstr("was killed by signal 9")));
}

}  // namespace
}  // namespace flint::qemu
