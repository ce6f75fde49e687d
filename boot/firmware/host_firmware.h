// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/block/block_device.h"

namespace flint::boot {

/// What became of a disk.
struct HostBoot {
  /// What took over the machine, or would have: a real one would not have gone
  /// on behind the first.
  std::vector<std::string> started;
  /// Why each candidate and each part of the disk was not booted.
  std::vector<std::string> report;
};

/// The firmware in a process of the host, from the disk to the last
/// instruction before a kernel or a program would run: the search, the plan,
/// the kernel loader, the UEFI environment with its variables and its boot
/// manager, the image loader. All of it is what the guest runs; of the machine
/// there is memory, a clock and a console on which nobody types.
///
/// Whatever is handed over to comes straight back, and the plan goes on.
///
/// Memory is at the addresses the firmware believes it is, so there is one at a
/// time.
class HostFirmware final {
 public:
  explicit HostFirmware(block::BlockDevice& disk);
  ~HostFirmware();
  HostFirmware(const HostFirmware&) = delete;
  HostFirmware& operator=(const HostFirmware&) = delete;

  /// Once.
  HostBoot Boot();

 private:
  class Story;
  std::unique_ptr<Story> story_;
};

}  // namespace flint::boot
