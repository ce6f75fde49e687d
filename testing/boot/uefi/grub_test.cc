// SPDX-License-Identifier: Apache-2.0
//
// shim, GRUB and Debian, as Debian installs them: the menu, a login, and what
// it costs.
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "testing/boot/boot_test.h"
#include "testing/boot/uefi/firmware.h"
#include "testing/boot/uefi/kernel_messages.h"
#include "testing/qemu/status_matchers.h"

namespace flint::boot_test {
namespace {

using qemu::Machine;
using ::testing::AllOf;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Le;

constexpr std::string_view kReadEvent = "virtio_blk_handle_read";
constexpr std::string_view kDown = "\x1b[B";
constexpr std::string_view kEnter = "\r";
constexpr uint64_t kMib = 1 << 20;
constexpr int kMemoryMib = 512;
/// A distribution takes longer than our guest.
constexpr std::chrono::seconds kStartUpLimit{240};

Machine MachineWith(Firmware firmware, std::string_view disk) {
  return On(firmware,
            Machine::Q35()
                .WithMemoryMib(kMemoryMib)
                .WithTrace(kReadEvent)
                .WithDisk({.image = Image(absl::StrCat("uefi/", disk))}));
}

class Grub : public BootTest {
 protected:
  /// Starts the machine and waits for GRUB's menu, its first entry selected.
  void StartToMenu(Firmware firmware, std::string_view disk = "debian.img") {
    ASSERT_OK(Start(MachineWith(firmware, disk)).status());
    ASSERT_OK(machine().ExpectText("GNU GRUB  version 2"));
    ASSERT_OK(machine().ExpectText("*The guest under test"));
    ASSERT_OK(machine().ExpectText("Debian GNU/Linux"));
  }

  void SelectSecond() {
    ASSERT_OK(machine().Send(kDown));
    ASSERT_OK(machine().ExpectText("*Debian GNU/Linux"));
  }
};

TEST_F(Grub, BootsDebianToALogin) {
  StartToMenu(FirmwareUnderTest());
  SelectSecond();
  ASSERT_OK(machine().Send(kEnter));
  ASSERT_OK(machine().ExpectText("Loading initial ramdisk ..."));
  ASSERT_OK(machine().ExpectText("flint-guest login: ", kStartUpLimit));

  ASSERT_OK(machine().Send("root\n"));
  ASSERT_OK(machine().ExpectText("Password: "));
  ASSERT_OK(machine().Send("flint\n"));
  ASSERT_OK(machine().ExpectText("# "));
  ASSERT_OK(machine().Send("sh /root/report.sh\n"));
  ASSERT_OK_AND_ASSIGN(const GuestReport guest, ExpectReport());

  EXPECT_THAT(guest.command_line,
              AllOf(HasSubstr("BOOT_IMAGE=/boot/vmlinuz root=UUID=0f11e700-"),
                    HasSubstr(" ro console=ttyS0 panic=-1 quiet")));
  EXPECT_EQ(guest.system, "running /dev/vda2 ext4");
  EXPECT_EQ(guest.efi, "64");
  EXPECT_THAT(Complaints(guest.kernel_messages), IsEmpty());
  EXPECT_OK(CheckEfiMemoryMap(guest.kernel_messages, kMemoryMib * kMib, 0));
}

TEST_F(Grub, IsFoundByTheFallbackBootLoader) {
  StartToMenu(FirmwareUnderTest(), "debian_fallback.img");
}

/// What GRUB's boot of the small guest costs.
struct Cost {
  int reads;
  int menu_characters;
};

class GrubCost : public Grub {
 protected:
  absl::StatusOr<Cost> Measure(Firmware firmware) {
    StartToMenu(firmware);
    SelectSecond();
    const std::string& serial = machine().serial();
    const size_t start = serial.find("Welcome to GRUB!");
    const size_t end = serial.find("*Debian GNU/Linux");
    EXPECT_NE(start, serial.npos);
    EXPECT_NE(end, serial.npos);
    const int characters = static_cast<int>(end - start);
    if (absl::Status sent = machine().Send(absl::StrCat("\x1b[A", kEnter));
        !sent.ok()) {
      return sent;
    }
    absl::StatusOr<GuestReport> guest = ExpectReport();
    if (!guest.ok()) return guest.status();
    EXPECT_THAT(guest->command_line, HasSubstr("flint.test=grub"));
    absl::StatusOr<int> reads = machine().CountTraceEvents(kReadEvent);
    if (!reads.ok()) return reads.status();
    return Cost{.reads = *reads, .menu_characters = characters};
  }
};

TEST_F(GrubCost, IsNotMuchMoreThanWithOvmf) {
  ASSERT_OK_AND_ASSIGN(const Cost ovmf, Measure(Firmware::kOvmf));
  ASSERT_OK_AND_ASSIGN(const Cost flint, Measure(FirmwareUnderTest()));

  EXPECT_THAT(flint.reads, AllOf(Ge(1), Le(ovmf.reads * 3 / 2)));
  EXPECT_THAT(flint.menu_characters,
              AllOf(Ge(1), Le(ovmf.menu_characters * 2)));
  RecordProperty("reads", flint.reads);
  RecordProperty("reads_with_ovmf", ovmf.reads);
  RecordProperty("menu_characters", flint.menu_characters);
  RecordProperty("menu_characters_with_ovmf", ovmf.menu_characters);
}

}  // namespace
}  // namespace flint::boot_test
