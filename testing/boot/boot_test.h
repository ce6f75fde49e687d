// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gtest/gtest.h"
#include "testing/boot/memory_resources.h"
#include "testing/qemu/machine.h"
#include "testing/qemu/qemu.h"

namespace flint::boot_test {

/// The command line of entries/debian.conf: its two lines of options, joined.
inline constexpr std::string_view kDebianCommandLine =
    "console=ttyS0 panic=-1 quiet no_timer_check cryptomgr.notests "
    "flint.test=bls";

/// The same of entries/microvm.conf.
inline constexpr std::string_view kMicrovmCommandLine =
    "console=ttyS0 panic=-1 quiet no_timer_check cryptomgr.notests "
    "flint.test=bls tsc_early_khz=2000000 reboot=t";

/// What guest/overlay.txt says, which the second initrd brings.
inline constexpr std::string_view kOverlay = "second initrd unpacked";

/// Path of an image that BUILD.bazel makes: "fat16.img".
std::string Image(std::string_view name);

/// `machine` with the firmware, and settings for it such as
/// "flint.on_failure=poweroff".
qemu::Machine WithFirmware(qemu::Machine machine,
                           std::string_view settings = "");

/// What the guest under test (guest/init.sh) said of itself.
struct GuestReport {
  std::string command_line;
  /// Empty if that initrd was not unpacked.
  std::string overlay;
  std::vector<MemoryResource> memory;
  /// Name, block size, and the printable start of block 1: "vda 512 EFI PART".
  std::vector<std::string> disks;
  /// Interrupts that PCI devices send as messages (MSI-X), after the disks'
  /// drivers have started.
  int message_interrupts = 0;
  /// "intact" or "differs", if there was a large file.
  std::string large;
  /// How many bits the UEFI firmware has; empty if Linux saw none.
  std::string efi;
  /// ACPI's FPDT: start of the firmware, load and start of the loader, entry to
  /// ExitBootServices and return from it.
  std::vector<uint64_t> boot_times_ns;
  /// What the kernel said, if the command line has `flint.dmesg`.
  std::vector<std::string> kernel_messages;
  /// MD5 and path below /esp of small files on the first disk's first
  /// partition, if the command line has `flint.files`.
  std::vector<std::string> files;
  /// What a distribution's userspace says of itself: "running /dev/vda2 ext4".
  std::string system;
};

/// Reads what the guest said out of a serial port's text.
absl::StatusOr<GuestReport> ParseReport(std::string_view serial);

/// Virtual machines for one test. If it fails, what their serial ports said is
/// kept in the test's outputs as serial-1.log and so on.
class BootTest : public ::testing::Test {
 protected:
  /// Starts the machine; it lives until the test ends.
  absl::StatusOr<qemu::Qemu*> Start(const qemu::Machine& machine);

  /// Starts the machine and waits until its guest has reported and powered
  /// itself off. Fails as `Qemu` does; Aborted if QEMU's exit status is not
  /// `status`.
  absl::StatusOr<GuestReport> Boot(const qemu::Machine& machine,
                                   int status = 0);

  /// The second half of `Boot`, for a machine that has been started: waits
  /// for the report and the end.
  absl::StatusOr<GuestReport> ExpectReport(int status = 0);

  /// Path of a copy of that image, which machines may write: for disks with
  /// `keeps_writes`. It lives until the test ends.
  std::string WritableCopy(std::string_view name);

  /// The machine that was started last.
  qemu::Qemu& machine() { return *machines_.back(); }

  void TearDown() override;

 private:
  std::vector<std::unique_ptr<qemu::Qemu>> machines_;
  std::vector<std::string> copies_;
};

/// Lines of a serial port's text that the firmware printed, without "flint: ".
std::vector<std::string> FirmwareLines(std::string_view serial);

}  // namespace flint::boot_test
