// SPDX-License-Identifier: Apache-2.0
#include "drivers/pci/capability.h"

#include "drivers/pci/registers.h"

namespace flint::pci {
namespace {

/// Capabilities lie behind the 64 bytes of the header.
constexpr uint8_t kFirstOffset = 0x40;

/// The two low bits of a link are reserved.
constexpr uint8_t kLinkMask = 0xFC;

constexpr uint8_t Byte(uint32_t value, int index) {
  return static_cast<uint8_t>(value >> (8 * index));
}

}  // namespace

CapabilityWalk::CapabilityWalk(PciConfig& config, const Address& address)
    : config_(config), address_(address) {
  const uint16_t status = config_.Read<StatusRegister>(address_);
  if (status & StatusRegister::kCapabilitiesList) {
    next_ = config_.Read<CapabilitiesPointer>(address_) & kLinkMask;
  }
}

std::optional<Capability> CapabilityWalk::Next() {
  const uint8_t offset = next_;
  const uint64_t seen_bit = uint64_t{1} << (offset / 4);
  if (offset < kFirstOffset || (seen_ & seen_bit)) return std::nullopt;
  seen_ |= seen_bit;
  const uint32_t header = config_.Read32(address_, offset);
  next_ = Byte(header, 1) & kLinkMask;
  return Capability{.offset = offset,
                    .id = Byte(header, 0),
                    .body = {Byte(header, 2), Byte(header, 3)}};
}

}  // namespace flint::pci
