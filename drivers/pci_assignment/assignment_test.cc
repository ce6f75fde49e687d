// SPDX-License-Identifier: Apache-2.0
#include "drivers/pci_assignment/assignment.h"

#include <array>
#include <initializer_list>
#include <random>
#include <vector>

#include "drivers/pci/registers.h"
#include "drivers/pci_assignment/pci_assignment_fixture.h"
#include "platforms/base/arena.h"
#include "testing/result_matchers.h"

namespace flint::pci {
namespace {

using testing::IsError;

constexpr uint64_t kMib = uint64_t{1} << 20;
constexpr uint64_t kGib = uint64_t{1} << 30;

TEST_F(PciAssignment, GivesEveryBarAnAddress) {
  const FakePciFunction& disk = AddVirtio(root_, 1);
  const FakePciFunction& second = AddVirtio(root_, 2);

  ASSERT_OK_AND_ASSIGN(const Assignment assignment, Assign());

  EXPECT_EQ(assignment.functions.size(), 2u);
  EXPECT_EQ(assignment.unplaced_count, 0u);
  for (const uint8_t bar : std::initializer_list<uint8_t>{0, 1, 4}) {
    EXPECT_NE(disk.AddressOfBar(bar), 0u);
    EXPECT_NE(second.AddressOfBar(bar), disk.AddressOfBar(bar));
  }
  EXPECT_EQ(disk.Get(Command::kOffset, 2),
            Command::kIoSpace | Command::kMemorySpace);
}

TEST_F(PciAssignment, LetsAFunctionDecodeOnlyWhatItHas) {
  const FakePciFunction& memory =
      FakePciTree::Add(root_, 1).WithBar(0, {.size_bytes = 4096});
  const FakePciFunction& io =
      FakePciTree::Add(root_, 2).WithBar(0, {.size_bytes = 16, .io = true});
  const FakePciFunction& nothing = FakePciTree::Add(root_, 3);

  ASSERT_OK(Assign());

  EXPECT_EQ(memory.Get(Command::kOffset, 2), Command::kMemorySpace);
  EXPECT_EQ(io.Get(Command::kOffset, 2), Command::kIoSpace);
  EXPECT_EQ(nothing.Get(Command::kOffset, 2), 0u);
}

TEST_F(PciAssignment, LetsADisplayDecodeItsOldRegisters) {
  const FakePciFunction& vga =
      FakePciTree::Add(root_, 1, 0x0300).WithBar(0, {.size_bytes = 16 * kMib});

  ASSERT_OK(Assign());

  EXPECT_EQ(vga.Get(Command::kOffset, 2),
            Command::kIoSpace | Command::kMemorySpace);
}

TEST_F(PciAssignment, LeavesTheChipsetAlone) {
  // What looks like a BAR there is none.
  const FakePciFunction& host =
      FakePciTree::Add(root_, 0, 0x0600).WithBar(0, {.size_bytes = 4096});
  const FakePciFunction& isa =
      FakePciTree::Add(root_, 1, 0x0601).WithBar(0, {.size_bytes = 4096});

  ASSERT_OK(Assign());

  EXPECT_EQ(host.AddressOfBar(0), 0u);
  EXPECT_EQ(isa.Get(Command::kOffset, 2), 0u);
}

TEST_F(PciAssignment, OpensBridgesForWhatIsBehind) {
  FakePciFunction& bridge = FakePciTree::AddBridge(root_, 3);
  FakePciFunction& inner = FakePciTree::AddBridge(bridge.bus_behind(), 4);
  const FakePciFunction& disk = AddVirtio(inner.bus_behind(), 5);

  ASSERT_OK_AND_ASSIGN(const Assignment assignment, Assign());

  EXPECT_EQ(assignment.functions.size(), 3u);
  EXPECT_EQ(bridge.Get(BusNumbers::kOffset, 4), 0x02'01'00u);
  EXPECT_EQ(inner.Get(BusNumbers::kOffset, 4), 0x02'02'01u);
  EXPECT_EQ(inner.io_window().base, disk.AddressOfBar(0));
  EXPECT_EQ(inner.io_window().size_bytes(), 0x1000u);
  EXPECT_EQ(inner.memory_window().base, disk.AddressOfBar(1));
  EXPECT_EQ(inner.prefetchable_window().base, disk.AddressOfBar(4));
  EXPECT_EQ(bridge.Get(Command::kOffset, 2),
            Command::kIoSpace | Command::kMemorySpace | Command::kBusMaster);
}

TEST_F(PciAssignment, ClosesWindowsThatNobodyNeeds) {
  const FakePciFunction& bridge = FakePciTree::AddBridge(root_, 3);

  ASSERT_OK(Assign());

  EXPECT_EQ(bridge.io_window().size_bytes(), 0u);
  EXPECT_EQ(bridge.memory_window().size_bytes(), 0u);
  EXPECT_EQ(bridge.prefetchable_window().size_bytes(), 0u);
}

TEST_F(PciAssignment, LooksForOneDeviceBehindAPort) {
  FakePciFunction& port = FakePciTree::AddBridge(root_, 1).AsRootPort(false);
  AddVirtio(port.bus_behind(), 0);
  ASSERT_OK(Assign());
  const size_t with_port = tree_.access_count();

  EXPECT_LT(with_port, 100u);
}

TEST_F(PciAssignment, ReservesMemoryForWhatIsPluggedIn) {
  const FakePciFunction& port =
      FakePciTree::AddBridge(root_, 1).AsRootPort(true);

  ASSERT_OK(Assign());

  EXPECT_EQ(port.memory_window().size_bytes(), 2 * kMib);
  EXPECT_EQ(port.prefetchable_window().size_bytes(), 2 * kMib);
  EXPECT_EQ(port.io_window().size_bytes(), 0u);
}

TEST_F(PciAssignment, FollowsHints) {
  const FakePciFunction& port =
      FakePciTree::AddBridge(root_, 1).WithHints(3, 16 * kMib);
  FakePciFunction& next = FakePciTree::AddBridge(root_, 2);

  ASSERT_OK(Assign());

  EXPECT_EQ(port.Get(BusNumbers::kOffset, 4), 0x04'01'00u);
  EXPECT_EQ(next.Get(BusNumbers::kOffset, 4), 0x05'05'00u);
  EXPECT_EQ(port.memory_window().size_bytes(), 16 * kMib);
  EXPECT_EQ(port.prefetchable_window().size_bytes(), 0u);
}

TEST_F(PciAssignment, ReservesNothingIfThereIsNoRoom) {
  const FakePciFunction& port =
      FakePciTree::AddBridge(root_, 1).WithHints(0, 0xB000'0000);
  const FakePciFunction& disk = AddVirtio(root_, 2);

  ASSERT_OK_AND_ASSIGN(const Assignment assignment, Assign());

  EXPECT_EQ(assignment.unplaced_count, 0u);
  EXPECT_EQ(port.memory_window().size_bytes(), 0u);
  EXPECT_NE(disk.AddressOfBar(1), 0u);
}

TEST_F(PciAssignment, PutsWhatIsTooLargeAbove4Gib) {
  const FakePciFunction& large = FakePciTree::Add(root_, 1)
                                     .WithBar(0, {.size_bytes = 4096})
                                     .WithBar(2,
                                              {.size_bytes = 8 * kGib,
                                               .is_64_bit = true,
                                               .prefetchable = true});
  const FakePciFunction& disk = AddVirtio(root_, 2);

  ASSERT_OK_AND_ASSIGN(const Assignment assignment, Assign());

  EXPECT_EQ(assignment.unplaced_count, 0u);
  EXPECT_EQ(large.AddressOfBar(2), 8 * kGib);
  EXPECT_LT(large.AddressOfBar(0), 4 * kGib);
  EXPECT_LT(disk.AddressOfBar(4), 4 * kGib);
}

TEST_F(PciAssignment, PutsABridgesWindowAbove4Gib) {
  FakePciFunction& port = FakePciTree::AddBridge(root_, 1).AsRootPort(true);
  const FakePciFunction& large = FakePciTree::Add(port.bus_behind(), 0)
                                     .WithBar(2,
                                              {.size_bytes = 16 * kGib,
                                               .is_64_bit = true,
                                               .prefetchable = true});

  ASSERT_OK(Assign());

  EXPECT_EQ(large.AddressOfBar(2), 16 * kGib);
  EXPECT_EQ(port.prefetchable_window().base, 16 * kGib);
  EXPECT_EQ(port.prefetchable_window().size_bytes(), 16 * kGib);
}

TEST_F(PciAssignment, SwitchesOffWhatFindsNoPlace) {
  const FakePciFunction& large =
      FakePciTree::Add(root_, 1).WithBar(0, {.size_bytes = 2 * kGib});
  const FakePciFunction& disk = AddVirtio(root_, 2);

  ASSERT_OK_AND_ASSIGN(const Assignment assignment, Assign());

  EXPECT_EQ(assignment.unplaced_count, 1u);
  EXPECT_EQ(large.AddressOfBar(0), 0u);
  EXPECT_EQ(large.Get(Command::kOffset, 2), 0u);
  EXPECT_NE(disk.AddressOfBar(1), 0u);
}

TEST_F(PciAssignment, TakesMorePortsIfNeeded) {
  std::vector<const FakePciFunction*> devices;
  for (uint8_t device = 1; device < 7; ++device) {
    FakePciFunction& bridge = FakePciTree::AddBridge(root_, device);
    devices.push_back(&FakePciTree::Add(bridge.bus_behind(), 0)
                           .WithBar(0, {.size_bytes = 64, .io = true}));
  }

  ASSERT_OK_AND_ASSIGN(const Assignment assignment, Assign());

  EXPECT_EQ(assignment.unplaced_count, 0u);
  EXPECT_EQ(devices[0]->AddressOfBar(0), 0x1000u);
}

TEST_F(PciAssignment, FindsExtraRoots) {
  FakePciTree::AddBridge(root_, 1);
  FakePciFunction& bridge = FakePciTree::AddBridge(tree_.Root(0x40), 0);
  const FakePciFunction& disk = AddVirtio(bridge.bus_behind(), 1);

  ASSERT_OK_AND_ASSIGN(const Assignment assignment, Assign(1));

  EXPECT_EQ(assignment.functions.size(), 3u);
  EXPECT_EQ(bridge.Get(BusNumbers::kOffset, 4), 0x41'41'40u);
  EXPECT_NE(disk.AddressOfBar(1), 0u);
}

TEST_F(PciAssignment, RotatesPinsThroughBridges) {
  const FakePciFunction& device = FakePciTree::Add(root_, 5).WithPin(2);
  FakePciFunction& bridge = FakePciTree::AddBridge(root_, 3);
  FakePciFunction& inner = FakePciTree::AddBridge(bridge.bus_behind(), 2);
  const FakePciFunction& behind =
      FakePciTree::Add(inner.bus_behind(), 1).WithPin(4);

  ASSERT_OK(Assign());

  EXPECT_EQ(device.Get(0x3C, 1), 5u * 8 + 2);
  // Pin 4 of device 1 is pin 1 of device 2, which is pin 3 of device 3.
  EXPECT_EQ(behind.Get(0x3C, 1), 3u * 8 + 3);
}

TEST_F(PciAssignment, ListsFunctionsInBusOrder) {
  FakePciFunction& bridge = FakePciTree::AddBridge(root_, 1);
  AddVirtio(bridge.bus_behind(), 0);
  AddVirtio(root_, 2).WithMultiFunction();
  FakePciTree::Add(root_, 2, 0x0200, 5);

  ASSERT_OK_AND_ASSIGN(const Assignment assignment, Assign());

  ASSERT_EQ(assignment.functions.size(), 4u);
  EXPECT_EQ(assignment.functions[2].address, (Address{0, 0, 2, 5}));
  EXPECT_EQ(assignment.functions[3].address, (Address{0, 1, 0, 0}));
}

TEST_F(PciAssignment, EndsAtTheLastBus) {
  FakePciBus* bus = &root_;
  for (int i = 0; i < 300; ++i) {
    bus = &FakePciTree::AddBridge(*bus, 0).bus_behind();
  }

  ASSERT_OK_AND_ASSIGN(const Assignment assignment, Assign());

  EXPECT_EQ(assignment.functions.size(), 256u);
}

TEST_F(PciAssignment, FailsWithoutMemory) {
  storage_.resize(4096);

  EXPECT_THAT(Assign(), IsError(ErrorCode::kNoMemory));
}

/// Fills a bus at random.
void Grow(FakePciBus& bus, int depth, std::minstd_rand& random) {
  for (uint8_t device = 0; device < 5; ++device) {
    if (random() % 3 == 0) continue;
    if (depth < 4 && random() % 3 == 0) {
      FakePciFunction& bridge = FakePciTree::AddBridge(bus, device);
      if (random() % 2 == 0) bridge.AsRootPort(random() % 2 == 0);
      Grow(bridge.bus_behind(), depth + 1, random);
      continue;
    }
    FakePciFunction& function = FakePciTree::Add(bus, device);
    for (uint8_t bar = 0; bar < 5; bar = static_cast<uint8_t>(bar + 2)) {
      const bool io = random() % 4 == 0;
      const auto log2_size =
          static_cast<uint32_t>(io ? 2 + random() % 8 : 4 + random() % 30);
      function.WithBar(bar,
                       {.size_bytes = uint64_t{1} << log2_size,
                        .io = io,
                        .is_64_bit = !io && random() % 2 == 0,
                        .prefetchable = !io && random() % 2 == 0});
    }
  }
}

TEST_F(PciAssignment, IsConsistentForAnyTree) {
  for (uint32_t seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE(seed);
    std::minstd_rand random(seed);
    FakePciTree tree;
    Grow(tree.Root(), 0, random);
    Arena arena(storage_);

    ASSERT_OK(AssignResources(tree, {.windows = kWindows}, &routing_, arena));

    ExpectConsistent(tree, kWindows);
  }
}

// QEMU's microvm.
TEST_F(PciAssignment, LeavesPortsAndLinesAloneWhereThereAreNone) {
  HostWindows windows = kWindows;
  windows.io = windows.more_io = {0, 0};
  FakePciFunction& disk = AddVirtio(root_, 1).WithPin(1);
  AddVirtio(FakePciTree::AddBridge(root_, 2).bus_behind(), 0);
  Arena arena(storage_);

  ASSERT_OK_AND_ASSIGN(
      const Assignment assignment,
      AssignResources(tree_, {.windows = windows}, nullptr, arena));

  ExpectConsistent(tree_, windows);
  EXPECT_EQ(assignment.unplaced_count, 0u);
  EXPECT_EQ(disk.AddressOfBar(0), 0u);
  EXPECT_NE(disk.AddressOfBar(4), 0u);
  EXPECT_EQ(disk.Get(Command::kOffset, 2), Command::kMemorySpace);
  EXPECT_EQ(disk.Get(0x3C, 1), 0u);
}

/// Configuration space that answers anything.
class RandomConfig final : public PciConfig {
 public:
  explicit RandomConfig(uint32_t seed) : random_(seed) {}

  std::span<const BusRange> bus_ranges() const override { return {}; }
  uint8_t Read8(const Address&, uint16_t) override { return uint8_t(Next()); }
  uint16_t Read16(const Address&, uint16_t) override {
    return uint16_t(Next());
  }
  uint32_t Read32(const Address&, uint16_t) override { return Next(); }
  void Write8(const Address&, uint16_t, uint8_t) override {}
  void Write16(const Address&, uint16_t, uint16_t) override {}
  void Write32(const Address&, uint16_t, uint32_t) override {}

 private:
  uint32_t Next() { return uint32_t(random_()) << 1; }

  std::minstd_rand random_;
};

TEST(PciAssignmentOfNoise, Ends) {
  std::vector<std::byte> storage(1 << 23);
  for (uint32_t seed = 1; seed <= 3; ++seed) {
    RandomConfig config(seed);
    Arena arena(storage);

    ASSERT_OK_AND_ASSIGN(
        const Assignment assignment,
        AssignResources(config,
                        {.windows = kWindows, .extra_root_count = 255},
                        nullptr,
                        arena));

    EXPECT_FALSE(assignment.is_complete);
  }
}

}  // namespace
}  // namespace flint::pci
