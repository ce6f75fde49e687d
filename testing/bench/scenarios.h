// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <vector>

#include "testing/qemu/machine.h"

namespace flint::bench {

/// One firmware in one scenario: a machine that gets to the kernel.
struct Contender {
  std::string firmware;
  qemu::Machine machine;
  /// Path of the firmware's image; empty if it is not known.
  std::string image = {};
};

/// The same way to the same kernel and initrd, by all firmware that knows it.
struct Scenario {
  std::string name;
  std::vector<Contender> contenders;
};

/// Firmware that somebody wants compared: a name, and how QEMU is told of it,
/// as "-bios other.fd".
struct Peer {
  std::string name;
  std::vector<std::string> arguments;
};

/// Everything that is compared. Peers take part wherever a firmware of
/// their kind, one for UEFI, can.
std::vector<Scenario> Scenarios(std::span<const Peer> peers);

}  // namespace flint::bench
