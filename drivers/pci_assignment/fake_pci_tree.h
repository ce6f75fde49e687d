// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "drivers/pci/pci_config.h"
#include "drivers/pci_assignment/assignment.h"

namespace flint::pci {

/// A BAR of a `FakePciFunction`.
struct FakeTreeBar {
  uint64_t size_bytes;
  bool io = false;
  bool is_64_bit = false;
  bool prefetchable = false;
};

class FakePciFunction;

/// Functions by device and function number.
using FakePciBus =
    std::map<std::pair<uint8_t, uint8_t>, std::unique_ptr<FakePciFunction>>;

/// One function as after a reset, whose registers behave. A test that writes
/// what it decodes has failed.
class FakePciFunction {
 public:
  explicit FakePciFunction(uint16_t class_code);

  FakePciFunction& WithBar(uint8_t index, const FakeTreeBar& bar);
  FakePciFunction& WithPin(uint8_t pin);
  FakePciFunction& WithMultiFunction();
  /// A PCI Express root port, perhaps with a slot that takes devices later.
  FakePciFunction& AsRootPort(bool takes_devices);
  /// QEMU's capability with hints.
  FakePciFunction& WithHints(uint32_t buses, uint32_t memory_bytes);

  bool is_bridge() const { return is_bridge_; }
  uint32_t Get(uint16_t offset, int size_bytes) const;
  FakePciBus& bus_behind() { return bus_behind_; }
  const FakePciBus& bus_behind() const { return bus_behind_; }
  const std::map<uint8_t, FakeTreeBar>& bars() const { return bars_; }
  /// Where a BAR is; 0 if nowhere.
  uint64_t AddressOfBar(uint8_t index) const;
  /// Of a bridge; empty if it passes nothing on.
  AddressWindow io_window() const;
  AddressWindow memory_window() const;
  AddressWindow prefetchable_window() const;

  void Write(uint16_t offset, int size_bytes, uint32_t value);

 private:
  friend class FakePciTree;

  void Set(uint16_t offset, int size_bytes, uint32_t value);
  void WriteBar(uint8_t index, uint32_t value);
  void AddCapability(std::span<const uint8_t> bytes);

  std::array<uint8_t, 256> bytes_{};
  std::map<uint8_t, FakeTreeBar> bars_;
  bool is_bridge_;
  uint8_t next_capability_ = 0x40;
  FakePciBus bus_behind_;
};

/// A host bridge with root buses, and all behind them. Functions are reached as
/// hardware reaches them: by the bus numbers that were written.
class FakePciTree final : public PciConfig {
 public:
  /// Root bus 0 is there from the start.
  FakePciBus& Root(uint8_t bus = 0) { return roots_[bus]; }
  const std::map<uint8_t, FakePciBus>& roots() const { return roots_; }

  static FakePciFunction& Add(FakePciBus& bus,
                              uint8_t device,
                              uint16_t class_code = 0x0200,
                              uint8_t function = 0);
  /// A bridge; what is behind it goes to `bus_behind()`.
  static FakePciFunction& AddBridge(FakePciBus& bus, uint8_t device) {
    return Add(bus, device, 0x0604);
  }

  size_t access_count() const { return access_count_; }

  std::span<const BusRange> bus_ranges() const override { return kRanges; }
  uint8_t Read8(const Address& address, uint16_t offset) override;
  uint16_t Read16(const Address& address, uint16_t offset) override;
  uint32_t Read32(const Address& address, uint16_t offset) override;
  void Write8(const Address& address, uint16_t offset, uint8_t value) override;
  void Write16(const Address& address,
               uint16_t offset,
               uint16_t value) override;
  void Write32(const Address& address,
               uint16_t offset,
               uint32_t value) override;

 private:
  static constexpr std::array<BusRange, 1> kRanges{
      BusRange{.segment = 0, .first_bus = 0, .last_bus = 255}};

  FakePciFunction* Find(const Address& address);

  std::map<uint8_t, FakePciBus> roots_{};
  size_t access_count_ = 0;
};

/// Fails the test unless all that functions decode lies within `windows` and
/// the windows of the bridges above, aligned, and apart from each other; and
/// bus numbers nest.
void ExpectConsistent(const FakePciTree& tree, const HostWindows& windows);

}  // namespace flint::pci
