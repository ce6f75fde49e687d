// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "testing/boot/runtime/guest_facts.h"
#include "testing/qemu/qemu.h"
#include "testing/qemu/temporary_directory.h"

namespace flint::boot_test {

/// One run of an operating system.
struct GuestRun {
  /// What the firmware printed before it, without "flint: ".
  std::vector<std::string> firmware;
  GuestFacts facts;
};

/// One disk through four starts of an operating system, each of which takes
/// long:
///
///   1. `unified`: power on; Flint starts Debian's unified kernel image, which
///      makes a boot option for shim, sets BootNext to it, and restarts;
///   2. `grub`: BootNext; shim and GRUB start Debian, which makes another boot
///      option;
///   3. `second_kernel`: kexec from there, no firmware in between; powers off;
///   4. `cold`: power on again, in another QEMU; BootOrder leads to a small
///      guest.
class DebianStory {
 public:
  /// Runs all of it, until something does not come.
  static std::unique_ptr<DebianStory> Run();

  /// Why not all of it was run.
  const absl::Status& status() const { return status_; }

  static constexpr int kMemoryMib = 512;

  const GuestRun& unified() const { return unified_; }
  const GuestRun& grub() const { return grub_; }
  const GuestRun& second_kernel() const { return second_kernel_; }
  const GuestRun& cold() const { return cold_; }

  /// Where the processor was when the machine was reset by `unified`, and
  /// switched off by `second_kernel`.
  uint64_t reset_address() const { return reset_address_; }
  uint64_t power_off_address() const { return power_off_address_; }

  /// Everything that the serial port said.
  const std::string& serial() const { return serial_; }

 private:
  DebianStory() = default;

  absl::Status Tell();
  absl::Status StartMachine(const std::string& disk);
  absl::Status Continue();
  absl::Status Await(GuestRun& run);
  absl::StatusOr<uint64_t> AwaitEnd(std::string_view reason);

  absl::Status status_;
  std::unique_ptr<qemu::Qemu> machine_;
  /// How much of the machine's text belongs to earlier runs.
  size_t told_ = 0;
  GuestRun unified_;
  GuestRun grub_;
  GuestRun second_kernel_;
  GuestRun cold_;
  uint64_t reset_address_ = 0;
  uint64_t power_off_address_ = 0;
  std::string serial_;
};

}  // namespace flint::boot_test
