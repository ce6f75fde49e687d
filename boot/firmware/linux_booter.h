// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <expected>
#include <span>
#include <string_view>

#include "boot/firmware/machine.h"
#include "boot/firmware/vmm_kernel.h"
#include "drivers/block/block_device.h"
#include "loader/boot_plan/boot_plan.h"
#include "loader/bzimage/linux_loader.h"
#include "platforms/base/format.h"
#include "platforms/base/result.h"

namespace flint::boot {

/// Boots Boot Loader Specification entries by the Linux boot protocol.
class LinuxBooter final : public boot_plan::Booter {
 public:
  /// `extents` is room for the batch that reads kernel and initrds. Both must
  /// outlive the booter.
  LinuxBooter(Machine& machine, std::span<block::BlockExtent> extents)
      : machine_(machine), extents_(extents) {}

  Failure Boot(const boot_plan::Candidate& candidate) override;

  /// Boots the kernel that the VMM was given. Returns if it cannot be booted.
  Failure BootVmmKernel(VmmKernel& kernel);

 private:
  [[noreturn]] void Start(const bzimage::PreparedKernel& kernel);
  std::expected<bzimage::PreparedKernel, Failure> Load(
      const bzimage::LinuxRequest& request);
  std::expected<bzimage::PreparedKernel, Failure> Prepare(
      const boot_plan::Candidate& candidate);
  /// The candidate's, behind what every kernel on this machine must know.
  Result<std::string_view> CommandLineOf(const boot_plan::Candidate& candidate);

  /// More than any kernel takes.
  static constexpr size_t kMaxCommandLineBytes = 4096;

  Machine& machine_;
  std::span<block::BlockExtent> extents_;
  FixedText<kMaxCommandLineBytes> command_line_;
};

}  // namespace flint::boot
