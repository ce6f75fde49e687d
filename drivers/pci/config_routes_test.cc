// SPDX-License-Identifier: Apache-2.0
// The two ways to configuration space, each on fake hardware that decodes them.
#include <array>
#include <cstddef>
#include <vector>

#include "drivers/io/fake_device_mapper.h"
#include "drivers/pci/ecam_config.h"
#include "drivers/pci/fake_pci_config.h"
#include "drivers/pci/port_config.h"
#include "drivers/pci/scan.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "testing/result_matchers.h"

namespace flint::pci {
namespace {

using ::flint::testing::IsError;
using ::testing::ElementsAre;
using ::testing::SizeIs;

/// A register window all of whose accesses end in one pair of functions.
class DecodingIo : public io::RegisterIo {
 public:
  uint8_t Read8(uint64_t offset) override {
    return static_cast<uint8_t>(Read(offset, 1));
  }
  uint16_t Read16(uint64_t offset) override {
    return static_cast<uint16_t>(Read(offset, 2));
  }
  uint32_t Read32(uint64_t offset) override { return Read(offset, 4); }
  void Write8(uint64_t offset, uint8_t value) override {
    Write(offset, 1, value);
  }
  void Write16(uint64_t offset, uint16_t value) override {
    Write(offset, 2, value);
  }
  void Write32(uint64_t offset, uint32_t value) override {
    Write(offset, 4, value);
  }

 protected:
  using RegisterIo::Read;
  using RegisterIo::Write;
  virtual uint32_t Read(uint64_t offset, int size_bytes) = 0;
  virtual void Write(uint64_t offset, int size_bytes, uint32_t value) = 0;

  static uint32_t ReadFrom(PciConfig& config,
                           const Address& address,
                           uint16_t offset,
                           int size_bytes) {
    switch (size_bytes) {
      case 1:
        return config.Read8(address, offset);
      case 2:
        return config.Read16(address, offset);
      default:
        return config.Read32(address, offset);
    }
  }
  static void WriteTo(PciConfig& config,
                      const Address& address,
                      uint16_t offset,
                      int size_bytes,
                      uint32_t value) {
    switch (size_bytes) {
      case 1:
        return config.Write8(address, offset, static_cast<uint8_t>(value));
      case 2:
        return config.Write16(address, offset, static_cast<uint16_t>(value));
      default:
        return config.Write32(address, offset, value);
    }
  }
};

/// The ports CF8 and CFC of a PC, before a fake configuration space.
class FakePorts final : public DecodingIo {
 public:
  explicit FakePorts(PciConfig& config) : config_(config) {}

  uint64_t size_bytes() const override { return 0x1'0000; }

 private:
  uint32_t Read(uint64_t port, int size_bytes) override {
    return ReadFrom(config_, Selected(), OffsetAt(port), size_bytes);
  }

  void Write(uint64_t port, int size_bytes, uint32_t value) override {
    if (port == 0xCF8) {
      EXPECT_EQ(size_bytes, 4);
      EXPECT_TRUE(value & 0x8000'0000);
      EXPECT_EQ(value & 0x7F00'0003, 0u) << "reserved bits";
      selection_ = value;
      return;
    }
    WriteTo(config_, Selected(), OffsetAt(port), size_bytes, value);
  }

  Address Selected() const {
    return {.segment = 0,
            .bus = static_cast<uint8_t>(selection_ >> 16),
            .device = static_cast<uint8_t>(selection_ >> 11 & 31),
            .function = static_cast<uint8_t>(selection_ >> 8 & 7)};
  }

  uint16_t OffsetAt(uint64_t port) const {
    EXPECT_GE(port, 0xCFCu);
    EXPECT_LE(port, 0xCFFu);
    return static_cast<uint16_t>((selection_ & 0xFC) | (port & 3));
  }

  PciConfig& config_;
  uint32_t selection_ = 0;
};

/// The memory-mapped configuration space of one allocation.
class FakeEcam final : public DecodingIo {
 public:
  FakeEcam(PciConfig& config, const BusRange& range)
      : config_(config), range_(range) {}

  uint64_t size_bytes() const override {
    return (range_.last_bus - range_.first_bus + uint64_t{1}) << 20;
  }

 private:
  uint32_t Read(uint64_t offset, int size_bytes) override {
    return ReadFrom(config_, AddressAt(offset), RegisterAt(offset), size_bytes);
  }
  void Write(uint64_t offset, int size_bytes, uint32_t value) override {
    WriteTo(config_, AddressAt(offset), RegisterAt(offset), size_bytes, value);
  }

  Address AddressAt(uint64_t offset) const {
    return {.segment = range_.segment,
            .bus = static_cast<uint8_t>(range_.first_bus + (offset >> 20)),
            .device = static_cast<uint8_t>(offset >> 15 & 31),
            .function = static_cast<uint8_t>(offset >> 12 & 7)};
  }
  static uint16_t RegisterAt(uint64_t offset) {
    return static_cast<uint16_t>(offset & 0xFFF);
  }

  PciConfig& config_;
  BusRange range_;
};

constexpr Address kPlace{0, 5, 0x1E, 6};

/// A function at `kPlace`, whose bytes from 0x80 on are 0x80, 0x81, ...
void AddNumbered(FakePciConfig& config) {
  config.AddBridge({0, 0, 1, 0}, 5, 5);
  FakeFunction& function = config.AddFunction(kPlace);
  for (uint16_t offset = 0x80; offset < 0x90; ++offset) {
    function.Set8(offset, static_cast<uint8_t>(offset));
  }
}

void ExpectAllWidths(PciConfig& config) {
  EXPECT_EQ(config.Read32(kPlace, 0x84), 0x87868584u);
  EXPECT_EQ(config.Read16(kPlace, 0x84), 0x8584u);
  EXPECT_EQ(config.Read16(kPlace, 0x86), 0x8786u);
  for (uint16_t offset = 0x84; offset < 0x88; ++offset) {
    EXPECT_EQ(config.Read8(kPlace, offset), offset);
  }
  config.Write16(kPlace, 0x04, 0x0406);
  EXPECT_EQ(config.Read16(kPlace, 0x04), 0x0406);
}

TEST(PortConfig, ReadsAndWritesAllWidths) {
  FakePciConfig fake;
  AddNumbered(fake);
  FakePorts ports(fake);
  PortConfig config(ports);

  ExpectAllWidths(config);
}

TEST(PortConfig, ScansAllBuses) {
  FakePciConfig fake;
  fake.AddBridge({0, 0, 1, 0}, 255, 255);
  fake.AddFunction({0, 255, 31, 0});
  FakePorts ports(fake);
  PortConfig config(ports);
  std::array<Function, 4> storage;

  EXPECT_THAT(Scan(config, storage).functions, SizeIs(2));
}

TEST(PortConfig, ReachesNeitherOtherSegmentsNorExtendedRegisters) {
  FakePciConfig fake;
  fake.AddFunction({0, 0, 1, 0});
  FakePorts ports(fake);
  PortConfig config(ports);

  EXPECT_EQ(config.Read32({1, 0, 1, 0}, 0), 0xFFFF'FFFFu);
  EXPECT_EQ(config.Read16({0, 0, 1, 0}, 0x100), 0xFFFFu);
  EXPECT_EQ(config.Read8({0, 0, 1, 0}, 0xFFF), 0xFFu);
  config.Write8({1, 0, 1, 0}, 0, 1);
  config.Write16({1, 0, 1, 0}, 4, 1);
  config.Write32({0, 0, 1, 0}, 0x100, 1);

  EXPECT_EQ(fake.access_count(), 0u);
}

class EcamRoute : public ::testing::Test {
 protected:
  Result<EcamConfig> Create(std::vector<EcamAllocation> allocations) {
    return EcamConfig::Create(allocations, mapper_, arena_);
  }

  std::array<std::byte, 1024> memory_;
  Arena arena_{memory_};
  io::FakeDeviceMapper mapper_;
};

TEST_F(EcamRoute, ReadsAndWritesAllWidths) {
  FakePciConfig fake;
  AddNumbered(fake);
  FakeEcam ecam(fake, {0, 0, 255});
  mapper_.AddWindow(0xB000'0000, ecam);

  ASSERT_OK_AND_ASSIGN(EcamConfig config, Create({{0xB000'0000, 0, 0, 255}}));

  ExpectAllWidths(config);
}

TEST_F(EcamRoute, ReachesExtendedRegisters) {
  FakePciConfig fake;
  fake.AddFunction({0, 0, 1, 0}).Set32(0xFFC, 0x1234'5678);
  FakeEcam ecam(fake, {0, 0, 0});
  mapper_.AddWindow(0xE800'0000, ecam);
  ASSERT_OK_AND_ASSIGN(EcamConfig config, Create({{0xE800'0000, 0, 0, 0}}));

  EXPECT_EQ(config.Read32({0, 0, 1, 0}, 0xFFC), 0x1234'5678u);
}

TEST_F(EcamRoute, CountsTheBaseFromBusZero) {
  FakePciConfig fake({{0, 0x40, 0x41}});
  fake.AddFunction({0, 0x40, 1, 0}, 0xAAAA, 0xBBBB);
  FakeEcam ecam(fake, {0, 0x40, 0x41});
  mapper_.AddWindow(0xB400'0000, ecam);

  ASSERT_OK_AND_ASSIGN(EcamConfig config,
                       Create({{0xB000'0000, 0, 0x40, 0x41}}));

  EXPECT_EQ(config.Read16({0, 0x40, 1, 0}, 0), 0xAAAAu);
  EXPECT_EQ(config.Read16({0, 0x3F, 1, 0}, 0), 0xFFFFu);
  EXPECT_EQ(config.Read8({0, 0x42, 1, 0}, 0), 0xFFu);
  EXPECT_EQ(config.Read32({1, 0x40, 1, 0}, 0), 0xFFFF'FFFFu);
  EXPECT_EQ(config.Read32({0, 0x40, 1, 0}, 4096), 0xFFFF'FFFFu);
}

TEST_F(EcamRoute, OrdersSegments) {
  FakePciConfig fake({{0, 0, 0}, {1, 0, 0}});
  fake.AddFunction({0, 0, 1, 0});
  fake.AddFunction({1, 0, 2, 0});
  FakeEcam first(fake, {0, 0, 0});
  FakeEcam second(fake, {1, 0, 0});
  mapper_.AddWindow(0xE800'0000, first);
  mapper_.AddWindow(0xE810'0000, second);
  std::array<Function, 4> storage;

  ASSERT_OK_AND_ASSIGN(
      EcamConfig config,
      Create({{0xE810'0000, 1, 0, 0}, {0xE800'0000, 0, 0, 0}}));
  const ScanResult result = Scan(config, storage);

  ASSERT_THAT(result.functions, SizeIs(2));
  EXPECT_EQ(result.functions[0].address, (Address{0, 0, 1, 0}));
  EXPECT_EQ(result.functions[1].address, (Address{1, 0, 2, 0}));
}

TEST_F(EcamRoute, RefusesHostileAllocations) {
  FakePciConfig fake;
  FakeEcam ecam(fake, {0, 0, 255});
  mapper_.AddWindow(0xB000'0000, ecam);

  EXPECT_THAT(Create({}), IsError(ErrorCode::kNotFound));
  EXPECT_THAT(Create({{0xB000'0000, 0, 1, 0}}), IsError(ErrorCode::kCorrupt));
  EXPECT_THAT(Create({{0xB000'1000, 0, 0, 0}}), IsError(ErrorCode::kCorrupt));
  EXPECT_THAT(Create({{0, 0, 0, 255}}), IsError(ErrorCode::kCorrupt));
  EXPECT_THAT(Create({{0xB000'0000, 0, 0, 9}, {0xB000'0000, 0, 9, 12}}),
              IsError(ErrorCode::kCorrupt));
  EXPECT_THAT(Create({{0xFFFF'FFFF'FFF0'0000, 0, 1, 1}}),
              IsError(ErrorCode::kOutOfRange));
  EXPECT_THAT(Create({{0xA000'0000, 0, 0, 255}}),
              IsError(ErrorCode::kOutOfRange));
}

TEST_F(EcamRoute, AllowsASegmentInTwoParts) {
  FakePciConfig fake;
  FakeEcam ecam(fake, {0, 0, 255});
  mapper_.AddWindow(0xB000'0000, ecam);

  ASSERT_OK_AND_ASSIGN(
      EcamConfig config,
      Create({{0xB000'0000, 0, 0x80, 0xFF}, {0xB000'0000, 0, 0, 0x7F}}));

  ASSERT_THAT(config.bus_ranges(), SizeIs(2));
  EXPECT_EQ(config.bus_ranges()[0].first_bus, 0);
  EXPECT_EQ(config.bus_ranges()[1].first_bus, 0x80);
}

TEST_F(EcamRoute, SaysWhenTheArenaIsFull) {
  FakePciConfig fake;
  FakeEcam ecam(fake, {0, 0, 0});
  mapper_.AddWindow(0xB000'0000, ecam);
  Arena tiny{std::span(memory_).first(24)};
  const std::array<EcamAllocation, 1> allocations{{{0xB000'0000, 0, 0, 0}}};

  EXPECT_THAT(EcamConfig::Create(allocations, mapper_, tiny),
              IsError(ErrorCode::kNoMemory));
}

TEST(PciAddress, HasAName) {
  EXPECT_EQ(NameOf({0, 0, 3, 0}).view(), "pci 0000:00:03.0");
  EXPECT_EQ(NameOf({0xFFFF, 0xFF, 31, 7}).view(), "pci ffff:ff:1f.7");
}

}  // namespace
}  // namespace flint::pci
