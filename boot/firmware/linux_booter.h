// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "boot/firmware/kernel_loader.h"
#include "boot/firmware/machine.h"
#include "boot/firmware/vmm_kernel.h"
#include "drivers/block/block_device.h"
#include "loader/boot_plan/boot_plan.h"
#include "loader/bzimage/linux_loader.h"

namespace flint::boot {

/// Boots Boot Loader Specification entries by the Linux boot protocol.
class LinuxBooter final : public boot_plan::Booter {
 public:
  /// `extents` is room for the batch that reads kernel and initrds. Both must
  /// outlive the booter, which is made when the platform is known.
  LinuxBooter(Machine& machine, std::span<block::BlockExtent> extents);

  Failure Boot(const boot_plan::Candidate& candidate) override;

  /// Boots the kernel that the VMM was given. Returns if it cannot be booted.
  Failure BootVmmKernel(VmmKernel& kernel);

 private:
  [[noreturn]] void Start(const bzimage::PreparedKernel& kernel);

  Machine& machine_;
  KernelLoader loader_;
};

}  // namespace flint::boot
