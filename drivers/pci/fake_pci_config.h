// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <vector>

#include "drivers/pci/pci_config.h"

namespace flint::pci {

/// A Base Address Register of a `FakeFunction`.
struct FakeBar {
  uint64_t address;
  uint64_t size_bytes;
  bool io = false;
  bool is_64_bit = false;
  bool prefetchable = false;
};

/// One function of a `FakePciConfig`: its configuration space. What the tests
/// do not set, and no reader may rely on, is garbage.
class FakeFunction {
 public:
  FakeFunction(uint16_t vendor_id, uint16_t device_id);

  void Set8(uint16_t offset, uint8_t value);
  void Set16(uint16_t offset, uint16_t value);
  void Set32(uint16_t offset, uint32_t value);
  uint16_t Get16(uint16_t offset) const;
  uint32_t Get32(uint16_t offset) const;

  void SetMultiFunction();
  /// Base class and sub-class.
  void SetClass(uint16_t class_code);
  void SetBridge(uint8_t primary, uint8_t secondary, uint8_t subordinate);
  void SetBar(uint8_t index, const FakeBar& bar);

  /// Appends a capability to the list: `body` is what follows the link.
  /// Returns its offset.
  uint8_t AddCapability(uint8_t id, std::span<const uint8_t> body);
  /// Makes the capability at `offset` lead to `next`, wherever that is.
  void LinkCapability(uint8_t offset, uint8_t next);
  /// Makes the list start at `first`.
  void SetFirstCapability(uint8_t first);

 private:
  friend class FakePciConfig;

  void Write(uint16_t offset, int size_bytes, uint32_t value);
  void WriteBar(uint8_t index, uint32_t value);

  std::array<uint8_t, 4096> bytes_;
  /// By index; a 64-bit one only at its low half.
  std::map<uint8_t, FakeBar> bars_;
  uint8_t last_capability_ = 0;
  uint8_t free_offset_ = 0x40;
};

/// Configuration space with functions in it. Stricter than hardware: access
/// across its width fails the test, as does writing a BAR while the function
/// decodes it, or its high half while the low half is not what it was (which
/// cloud-hypervisor takes for a relocation). Buses are only reachable through
/// a bridge that claims them, unless they are said to be roots.
class FakePciConfig final : public PciConfig {
 public:
  struct Access {
    Address address;
    uint16_t offset;
    int size_bytes;
    bool write;
    bool operator==(const Access&) const = default;
  };

  explicit FakePciConfig(std::vector<BusRange> ranges = {{0, 0, 255}})
      : ranges_(std::move(ranges)) {}

  /// The function stays where it is while the configuration lives.
  FakeFunction& AddFunction(const Address& address,
                            uint16_t vendor_id = 0x1234,
                            uint16_t device_id = 0x5678);

  /// Makes the bus a root of its own.
  void AddRoot(uint8_t bus) { more_roots_.insert(bus); }

  /// A bridge from the bus it is on.
  FakeFunction& AddBridge(const Address& address,
                          uint8_t secondary,
                          uint8_t subordinate);

  /// From now on function numbers are ignored, as in cloud-hypervisor's ECAM.
  void AliasFunctions() { alias_functions_ = true; }

  /// Every access so far, oldest first.
  const std::vector<Access>& accesses() const { return accesses_; }
  size_t access_count() const { return accesses_.size(); }
  size_t write_count() const;
  void ForgetAccesses() { accesses_.clear(); }

  std::span<const BusRange> bus_ranges() const override { return ranges_; }
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
  /// Records the access, and finds whom it reaches, if anybody.
  FakeFunction* Reach(Address address,
                      uint16_t offset,
                      int size_bytes,
                      bool write);
  bool IsRouted(const Address& address) const;
  uint32_t Read(const Address& address, uint16_t offset, int size_bytes);
  void Write(const Address& address,
             uint16_t offset,
             int size_bytes,
             uint32_t value);

  std::vector<BusRange> ranges_;
  std::set<uint8_t> more_roots_;
  std::map<Address, FakeFunction> functions_;
  std::vector<Access> accesses_;
  bool alias_functions_ = false;
};

}  // namespace flint::pci
