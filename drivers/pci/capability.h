// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "drivers/pci/pci_config.h"

namespace flint::pci {

/// The first four bytes of a capability. [pci-3.0 6.7]
struct Capability {
  static constexpr uint8_t kVendorSpecific = 0x09;
  static constexpr uint8_t kMsiX = 0x11;

  uint8_t offset;
  uint8_t id;
  /// The two bytes after the link; what they mean depends on `id`.
  std::array<uint8_t, 2> body;
};

/// Walks a function's list of capabilities:
///
///     CapabilityWalk walk(config, address);
///     while (const auto capability = walk.Next()) { ... }
///
/// One access for each capability. Ends at a link that leads out of the place
/// for capabilities or back to one already seen.
class CapabilityWalk {
 public:
  CapabilityWalk(PciConfig& config, const Address& address);

  std::optional<Capability> Next();

 private:
  PciConfig& config_;
  Address address_;
  uint8_t next_ = 0;
  /// Bit n: the capability at offset 4 * n was returned.
  uint64_t seen_ = 0;
};

}  // namespace flint::pci
