// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "testing/boot/boot_test.h"
#include "testing/qemu/machine.h"

namespace flint::cloud_hypervisor_test {

/// A virtual machine of cloud-hypervisor's.
struct Vm {
  /// What it is started with, beside the serial port and the event monitor.
  /// `kFirmware` is the firmware's path; disks are /dev/vda and so on.
  std::vector<std::string> arguments;
  std::vector<qemu::Disk> disks;
  /// Whether there is a TPM 2.0 behind the socket `kTpmSocket`: swtpm.
  bool with_tpm = false;
  /// Guests may have far more: they touch little of it.
  int host_memory_mib = 1536;
};

/// Where the firmware is, for cloud-hypervisor.
inline constexpr char kFirmware[] = "firmware.elf";
inline constexpr char kTpmSocket[] = "tpm.socket";
/// The TPM, of Debian's package of that name.
inline constexpr char kSwtpm[] = "/usr/bin/swtpm";

/// How it went.
struct VmReport {
  boot_test::GuestReport guest;
  /// cloud-hypervisor's own exit status.
  int status = -1;
  /// What its event monitor saw, in order: "vm booted",
  /// "virtio-device activated _disk0".
  std::vector<std::string> events = {};
  /// What the firmware printed.
  std::vector<std::string> firmware = {};
  /// How often a guest has started.
  int guest_starts = 0;
};

/// Runs the cloud-hypervisor that the environment variable CLOUD_HYPERVISOR
/// names: in a Linux on a processor with SVM, which QEMU emulates, since KVM is
/// not to be had everywhere. Without the variable tests are skipped.
class CloudHypervisorTest : public boot_test::BootTest {
 protected:
  void SetUp() override;

  /// Starts it, and does not wait for anything. What is sent to the machine
  /// reaches the guest's serial port.
  absl::Status StartVm(const Vm& vm);

  /// Waits until guest and cloud-hypervisor have ended.
  absl::StatusOr<VmReport> ExpectVmReport();

  /// Both.
  absl::StatusOr<VmReport> Run(const Vm& vm);

 private:
  absl::StatusOr<qemu::Machine> MakeHost(const Vm& vm) const;
};

}  // namespace flint::cloud_hypervisor_test
