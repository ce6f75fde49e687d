// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>
#include <string_view>

#include "boot/firmware/vmm_kernel.h"
#include "boot/info/boot_info.h"
#include "boot/memory/memory_map.h"
#include "drivers/block/block_device.h"
#include "loader/boot_plan/boot_plan.h"
#include "loader/bzimage/linux_loader.h"
#include "platforms/base/arena.h"
#include "platforms/base/format.h"
#include "platforms/base/guest_memory.h"
#include "platforms/base/result.h"

namespace flint::boot {

/// Puts Linux kernels into memory, complete but for the jump.
class KernelLoader final {
 public:
  /// What it works with, and what kernels are told of the machine. All of it
  /// must outlive the loader.
  struct Parts {
    memory::MemoryMap& map;
    GuestMemory& memory;
    /// For texts that the kernel is given.
    Arena& arena;
    /// Room for the batch that reads kernel and initrds.
    std::span<block::BlockExtent> extents;
    /// What the VMM loaded beside us.
    std::span<const Module> modules;
    /// What belongs on every kernel's command line; mostly empty.
    std::string_view kernel_words;
    /// Address of the ACPI root pointer, or 0.
    uint64_t rsdp_address = 0;
  };

  explicit KernelLoader(const Parts& parts) : parts_(parts) {}

  /// Loads the kernel of a boot entry, and its initrds: the VMM's, if it names
  /// none. A failed load leaves nothing allocated.
  std::expected<bzimage::PreparedKernel, Failure> Load(
      const boot_plan::Candidate& candidate);

  /// Loads the kernel that the VMM was given.
  std::expected<bzimage::PreparedKernel, Failure> Load(VmmKernel& kernel);

 private:
  std::expected<bzimage::PreparedKernel, Failure> Load(
      const bzimage::LinuxRequest& request);
  /// The candidate's, behind what every kernel on this machine must know.
  Result<std::string_view> CommandLineOf(const boot_plan::Candidate& candidate);

  /// More than any kernel takes.
  static constexpr size_t kMaxCommandLineBytes = 4096;

  Parts parts_;
  FixedText<kMaxCommandLineBytes> command_line_;
};

}  // namespace flint::boot
