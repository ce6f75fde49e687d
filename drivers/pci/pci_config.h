// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <span>

#include "platforms/base/format.h"

namespace flint::pci {

/// Where a function sits. Ordered as the buses are walked.
struct Address {
  uint16_t segment;
  uint8_t bus;
  uint8_t device;    // 0 to 31
  uint8_t function;  // 0 to 7

  auto operator<=>(const Address&) const = default;
};

/// "pci 0000:00:03.0"
FixedText<20> NameOf(const Address& address);

/// Buses below one host bridge; the first is its root bus.
struct BusRange {
  uint16_t segment;
  uint8_t first_bus;
  uint8_t last_bus;
};

/// Access to configuration space. Each call is one access of exactly the asked
/// width, and in a VM mostly one exit: read little, and nothing twice.
///
/// Offsets must be multiples of the width, below 4096. As in hardware, reads
/// of what is not there (or not reachable) return all ones, and writes to it
/// are lost.
class PciConfig {
 public:
  virtual ~PciConfig() = default;

  /// The buses within reach, in ascending order, without overlaps.
  virtual std::span<const BusRange> bus_ranges() const = 0;

  virtual uint8_t Read8(const Address& address, uint16_t offset) = 0;
  virtual uint16_t Read16(const Address& address, uint16_t offset) = 0;
  virtual uint32_t Read32(const Address& address, uint16_t offset) = 0;
  virtual void Write8(const Address& address,
                      uint16_t offset,
                      uint8_t value) = 0;
  virtual void Write16(const Address& address,
                       uint16_t offset,
                       uint16_t value) = 0;
  virtual void Write32(const Address& address,
                       uint16_t offset,
                       uint32_t value) = 0;

  /// `config.Read<Command>(address)`
  template <typename R>
  typename R::Value Read(const Address& address) {
    if constexpr (sizeof(typename R::Value) == 1) {
      return Read8(address, R::kOffset);
    } else if constexpr (sizeof(typename R::Value) == 2) {
      return Read16(address, R::kOffset);
    } else {
      static_assert(sizeof(typename R::Value) == 4);
      return Read32(address, R::kOffset);
    }
  }

  /// `config.Write<Command>(address, Command::kMemory)`
  template <typename R>
  void Write(const Address& address, typename R::Value value) {
    if constexpr (sizeof(typename R::Value) == 1) {
      Write8(address, R::kOffset, value);
    } else if constexpr (sizeof(typename R::Value) == 2) {
      Write16(address, R::kOffset, value);
    } else {
      static_assert(sizeof(typename R::Value) == 4);
      Write32(address, R::kOffset, value);
    }
  }
};

}  // namespace flint::pci
