// SPDX-License-Identifier: Apache-2.0
#include "drivers/pci/port_config.h"

#include <array>

namespace flint::pci {
namespace {

/// Always written as 32 bits: cloud-hypervisor shifts narrower writes wrongly.
struct ConfigAddress : io::Register<uint32_t, 0xCF8> {
  static constexpr Value kEnable = Value{1} << 31;
};

constexpr uint16_t kConfigData = 0xCFC;
constexpr uint16_t kReachBytes = 256;

constexpr std::array<BusRange, 1> kRanges{
    BusRange{.segment = 0, .first_bus = 0, .last_bus = 255}};

/// The data port shows a dword; its bytes have ports of their own.
constexpr uint16_t DataPort(uint16_t offset) {
  return static_cast<uint16_t>(kConfigData + offset % 4);
}

}  // namespace

std::span<const BusRange> PortConfig::bus_ranges() const { return kRanges; }

bool PortConfig::Select(const Address& address, uint16_t offset) {
  if (address.segment != 0 || offset >= kReachBytes) return false;
  ports_.Write<ConfigAddress>(
      ConfigAddress::kEnable | uint32_t{address.bus} << 16 |
      uint32_t{address.device} << 11 | uint32_t{address.function} << 8 |
      (offset & 0xFCu));
  return true;
}

uint8_t PortConfig::Read8(const Address& address, uint16_t offset) {
  if (!Select(address, offset)) return 0xFF;
  return ports_.Read8(DataPort(offset));
}

uint16_t PortConfig::Read16(const Address& address, uint16_t offset) {
  if (!Select(address, offset)) return 0xFFFF;
  return ports_.Read16(DataPort(offset));
}

uint32_t PortConfig::Read32(const Address& address, uint16_t offset) {
  if (!Select(address, offset)) return 0xFFFF'FFFF;
  return ports_.Read32(DataPort(offset));
}

void PortConfig::Write8(const Address& address,
                        uint16_t offset,
                        uint8_t value) {
  if (Select(address, offset)) ports_.Write8(DataPort(offset), value);
}

void PortConfig::Write16(const Address& address,
                         uint16_t offset,
                         uint16_t value) {
  if (Select(address, offset)) ports_.Write16(DataPort(offset), value);
}

void PortConfig::Write32(const Address& address,
                         uint16_t offset,
                         uint32_t value) {
  if (Select(address, offset)) ports_.Write32(DataPort(offset), value);
}

}  // namespace flint::pci
