// SPDX-License-Identifier: Apache-2.0
#include "drivers/pci_assignment/bridge.h"

#include <algorithm>

#include "drivers/pci/capability.h"
#include "drivers/pci/registers.h"

namespace flint::pci {
namespace {

// Of a bridge's header. [pci-bridge-1.2 3.2.5]
struct IoBaseAndLimit : io::Register<uint16_t, 0x1C> {};
struct MemoryBaseAndLimit : io::Register<uint32_t, 0x20> {};
struct PrefetchableBaseAndLimit : io::Register<uint32_t, 0x24> {};
struct PrefetchableBaseUpper : io::Register<uint32_t, 0x28> {};
struct PrefetchableLimitUpper : io::Register<uint32_t, 0x2C> {};
struct IoBaseAndLimitUpper : io::Register<uint32_t, 0x30> {};

// A base above its limit: nothing is passed on.
constexpr uint16_t kNoIo = 0x00F0;
constexpr uint32_t kNoMemory = 0x0000'FFF0;

constexpr uint8_t kHotPlugController = 0x0C;
constexpr uint8_t kPciExpress = 0x10;

/// PCI Express Capabilities, the two bytes after the link. [pcie-6.0 7.5.3.2]
constexpr uint8_t kRootPort = 4;
constexpr uint8_t kDownstreamPort = 6;
constexpr uint8_t kSlotImplemented = 1 << 0;  // of the second byte

constexpr uint16_t kSlotCapabilities = 0x14;
constexpr uint32_t kHotPlugCapable = 1 << 6;

/// What a slot keeps free that says nothing: a page of the processor's for each
/// kind of memory.
constexpr uint64_t kSlotMemoryBytes = uint64_t{2} << 20;
constexpr uint64_t kSlotIoBytes = 4096;

/// QEMU's hints: a vendor's capability of at least 32 bytes, whose fourth byte
/// is this. Fields of all ones say nothing.
constexpr uint16_t kRedHat = 0x1B36;
constexpr uint8_t kResourceReserve = 1;
constexpr uint8_t kResourceReserveBytes = 32;

bool IsHotPlugSlot(PciConfig& config,
                   const Address& address,
                   const Capability& express) {
  return (express.body[1] & kSlotImplemented) != 0 &&
         (config.Read32(
              address,
              static_cast<uint16_t>(express.offset + kSlotCapabilities)) &
          kHotPlugCapable) != 0;
}

template <typename T>
void TakeHint(T& reserved, uint32_t hint) {
  if (hint != UINT32_MAX)
    reserved = std::max<T>(reserved, static_cast<T>(hint));
}

/// Upper halves of 64-bit hints are beyond what we would keep free.
void TakeHints(PciConfig& config,
               const Address& address,
               uint8_t offset,
               Reserve& reserve) {
  const auto read = [&](uint16_t field) {
    return config.Read32(address, static_cast<uint16_t>(offset + field));
  };
  TakeHint(reserve.bus_count, read(4));
  TakeHint(reserve.io_bytes, read(8));
  TakeHint(reserve.memory_bytes, read(16));
  TakeHint(reserve.prefetchable_bytes, read(20));
  if (read(28) == 0) TakeHint(reserve.prefetchable_bytes, read(24));
}

}  // namespace

Bridge ReadBridge(PciConfig& config, const Address& address) {
  Bridge bridge;
  std::optional<uint8_t> hints;
  CapabilityWalk walk(config, address);
  while (const auto capability = walk.Next()) {
    if (capability->id == kPciExpress) {
      const uint8_t type = capability->body[0] >> 4;
      bridge.is_link = type == kRootPort || type == kDownstreamPort;
      if (bridge.is_link && IsHotPlugSlot(config, address, *capability)) {
        bridge.reserve.memory_bytes = kSlotMemoryBytes;
        bridge.reserve.prefetchable_bytes = kSlotMemoryBytes;
      }
    } else if (capability->id == kHotPlugController) {
      bridge.reserve.io_bytes = kSlotIoBytes;
      bridge.reserve.memory_bytes = kSlotMemoryBytes;
      bridge.reserve.prefetchable_bytes = kSlotMemoryBytes;
    } else if (capability->id == Capability::kVendorSpecific &&
               capability->body[0] >= kResourceReserveBytes &&
               capability->body[1] == kResourceReserve) {
      hints = capability->offset;
    }
  }
  if (hints && VendorAndDevice::VendorId(
                   config.Read<VendorAndDevice>(address)) == kRedHat) {
    TakeHints(config, address, *hints, bridge.reserve);
  }
  return bridge;
}

void WriteBusNumbers(PciConfig& config,
                     const Address& address,
                     uint8_t primary,
                     uint8_t secondary,
                     uint8_t subordinate) {
  config.Write<BusNumbers>(
      address,
      uint32_t{subordinate} << 16 | uint32_t{secondary} << 8 | primary);
}

void WriteWindow(PciConfig& config,
                 const Address& address,
                 Space space,
                 const AddressWindow& window) {
  const bool is_empty = window.size_bytes() == 0;
  const uint64_t base = window.base;
  const uint64_t last = window.end - 1;
  const auto memory = is_empty
                          ? kNoMemory
                          : static_cast<uint32_t>((last >> 16 & 0xFFF0) << 16 |
                                                  (base >> 16 & 0xFFF0));
  switch (space) {
    case Space::kIo:
      config.Write<IoBaseAndLimit>(
          address,
          is_empty ? kNoIo
                   : static_cast<uint16_t>((last >> 8 & 0xF0) << 8 |
                                           (base >> 8 & 0xF0)));
      config.Write<IoBaseAndLimitUpper>(address, 0);
      break;
    case Space::kMemory:
      config.Write<MemoryBaseAndLimit>(address, memory);
      break;
    case Space::kPrefetchable:
      config.Write<PrefetchableBaseAndLimit>(address, memory);
      config.Write<PrefetchableBaseUpper>(
          address, is_empty ? 0 : static_cast<uint32_t>(base >> 32));
      config.Write<PrefetchableLimitUpper>(
          address, is_empty ? 0 : static_cast<uint32_t>(last >> 32));
      break;
  }
}

}  // namespace flint::pci
