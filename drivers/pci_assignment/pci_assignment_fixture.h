// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "drivers/pci_assignment/assignment.h"
#include "drivers/pci_assignment/fake_pci_tree.h"
#include "gtest/gtest.h"
#include "platforms/base/arena.h"
#include "platforms/base/result.h"

namespace flint::pci {

inline constexpr HostWindows kWindows{
    .io = {0xC000, 0x1'0000},
    .more_io = {0x1000, 0xA000},
    .memory = {0xC000'0000, 0xFEC0'0000},
    .high_memory = {uint64_t{8} << 30, uint64_t{512} << 30},
};

/// The line tells device and pin.
class TellingRouting final : public InterruptRouting {
 public:
  uint8_t Line(uint8_t device, uint8_t pin) const override {
    return static_cast<uint8_t>(device * 8 + pin);
  }
};

/// A modern virtio device.
inline FakePciFunction& AddVirtio(FakePciBus& bus, uint8_t device) {
  return FakePciTree::Add(bus, device)
      .WithBar(0, {.size_bytes = 128, .io = true})
      .WithBar(1, {.size_bytes = 4096})
      .WithBar(4,
               {.size_bytes = 0x4000, .is_64_bit = true, .prefetchable = true});
}

class PciAssignment : public ::testing::Test {
 protected:
  Result<Assignment> Assign(size_t extra_root_count = 0,
                            const HostWindows& windows = kWindows) {
    Arena arena(storage_);
    auto assignment = AssignResources(
        tree_,
        {.windows = windows, .extra_root_count = extra_root_count},
        &routing_,
        arena);
    ExpectConsistent(tree_, windows);
    return assignment;
  }

  std::vector<std::byte> storage_ = std::vector<std::byte>(1 << 21);
  const TellingRouting routing_;
  FakePciTree tree_;
  FakePciBus& root_ = tree_.Root();
};

}  // namespace flint::pci
