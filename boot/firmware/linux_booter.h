// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "boot/firmware/machine.h"
#include "drivers/block/block_device.h"
#include "loader/boot_plan/boot_plan.h"
#include "loader/bzimage/linux_loader.h"

namespace flint::boot {

/// Boots Boot Loader Specification entries by the Linux boot protocol.
class LinuxBooter final : public boot_plan::Booter {
 public:
  /// `extents` is room for the batch that reads kernel and initrds. Both must
  /// outlive the booter.
  LinuxBooter(Machine& machine, std::span<block::BlockExtent> extents)
      : machine_(machine), extents_(extents) {}

  Failure Boot(const boot_plan::Candidate& candidate) override;

 private:
  std::expected<bzimage::PreparedKernel, Failure> Prepare(
      const boot_plan::Candidate& candidate);

  Machine& machine_;
  std::span<block::BlockExtent> extents_;
};

}  // namespace flint::boot
