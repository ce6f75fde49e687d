// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "testing/qemu/machine.h"

namespace flint::bench {

/// One firmware in one scenario: a machine that gets to the kernel.
struct Contender {
  std::string firmware;
  qemu::Machine machine;
  /// Path of the firmware's image; empty if it is not known.
  std::string image = {};
  /// Path of Flint's ELF file with symbols; empty for others.
  std::string symbols = {};
  /// Path of the UEFI program that the firmware starts; empty if there is none.
  std::string boot_loader = {};
  /// What the firmware starts is a BIOS's boot sector.
  bool starts_boot_sector = false;
  /// Path of the kernel, if it goes on to userspace; empty if it ends QEMU.
  std::string kernel = {};
};

/// The same way to the same kernel and initrd, by all firmware that knows it.
struct Scenario {
  std::string name;
  std::vector<Contender> contenders;
  /// The size of kernel and initrd.
  uint64_t payload_bytes = 0;
};

/// Firmware that somebody wants compared: a name, and how QEMU is told of it,
/// as "-bios other.fd".
struct Peer {
  std::string name;
  std::vector<std::string> arguments;
};

/// Where a run ends: at the kernel's first instruction, or in userspace, which
/// takes a kernel of Debian's instead of one that does nothing.
enum class Goal : uint8_t { kKernel, kUserspace };

/// Everything that is compared. Peers take part wherever a firmware of
/// their kind, one for UEFI, can.
std::vector<Scenario> Scenarios(Goal goal, std::span<const Peer> peers);

/// A q35 with an image of this package as its disk, on virtio.
qemu::Machine WithDisk(std::string_view image);

/// Flint as SeaBIOS starts it, by PVH.
Contender Flint(qemu::Machine machine);

/// Flint at the reset vector, with nothing before it.
Contender FlintRom(qemu::Machine machine);

}  // namespace flint::bench
