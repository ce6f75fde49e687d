// SPDX-License-Identifier: Apache-2.0
#include "drivers/chipset/chipset.h"

#include <map>
#include <utility>
#include <vector>

#include "drivers/io/fake_register_io.h"
#include "drivers/pci/pci_config.h"
#include "testing/result_matchers.h"

namespace flint::chipset {
namespace {

using testing::IsError;

/// A bus with functions that have ids and bytes, which writes change.
class ByteConfig final : public pci::PciConfig {
 public:
  void Add(const pci::Address& address, uint32_t ids) {
    functions_[address].resize(256);
    Write32(address, 0, ids);
  }

  uint32_t Get(const pci::Address& address, uint16_t offset, int size_bytes) {
    const auto found = functions_.find(address);
    if (found == functions_.end()) return UINT32_MAX;
    uint32_t value = 0;
    for (int i = size_bytes; i-- > 0;) {
      value = value << 8 | found->second.at(static_cast<size_t>(offset + i));
    }
    return value;
  }

  std::span<const pci::BusRange> bus_ranges() const override { return {}; }
  uint8_t Read8(const pci::Address& address, uint16_t offset) override {
    return static_cast<uint8_t>(Get(address, offset, 1));
  }
  uint16_t Read16(const pci::Address& address, uint16_t offset) override {
    return static_cast<uint16_t>(Get(address, offset, 2));
  }
  uint32_t Read32(const pci::Address& address, uint16_t offset) override {
    return Get(address, offset, 4);
  }
  void Write8(const pci::Address& address,
              uint16_t offset,
              uint8_t value) override {
    Set(address, offset, 1, value);
  }
  void Write16(const pci::Address& address,
               uint16_t offset,
               uint16_t value) override {
    Set(address, offset, 2, value);
  }
  void Write32(const pci::Address& address,
               uint16_t offset,
               uint32_t value) override {
    Set(address, offset, 4, value);
  }

 private:
  void Set(const pci::Address& address,
           uint16_t offset,
           int size_bytes,
           uint32_t value) {
    EXPECT_EQ(offset % size_bytes, 0) << "misaligned access";
    const auto found = functions_.find(address);
    if (found == functions_.end()) return;
    for (int i = 0; i < size_bytes; ++i) {
      found->second.at(static_cast<size_t>(offset + i)) =
          static_cast<uint8_t>(value >> 8 * i);
    }
  }

  std::map<pci::Address, std::vector<uint8_t>> functions_;
};

constexpr pci::Address kHostBridge{0, 0, 0, 0};
constexpr pci::Address kPiix{0, 0, 1, 0};
constexpr pci::Address kPiixIde{0, 0, 1, 1};
constexpr pci::Address kPiixPower{0, 0, 1, 3};
constexpr pci::Address kLpc{0, 0, 31, 0};

class ChipsetTest : public ::testing::Test {
 protected:
  ChipsetTest() {
    ports_.AddRegister(0x4D0, 8, 0xFF);
    ports_.AddRegister(0x4D1, 8, 0xFF);
  }

  void AddPc() {
    config_.Add(kHostBridge, 0x1237'8086);
    config_.Add(kPiix, 0x7000'8086);
    config_.Add(kPiixIde, 0x7010'8086);
    config_.Add(kPiixPower, 0x7113'8086);
  }
  void AddQ35() {
    config_.Add(kHostBridge, 0x29C0'8086);
    config_.Add(kLpc, 0x2918'8086);
  }

  ByteConfig config_;
  io::FakeRegisterIo ports_{0x1'0000};
};

TEST_F(ChipsetTest, StartsA440Fx) {
  AddPc();
  ASSERT_OK_AND_ASSIGN(const Chipset chipset, Chipset::Find(config_));

  chipset.Start(config_, ports_);

  EXPECT_EQ(config_.Get(kHostBridge, 0x59, 1), 0x30u);
  for (uint16_t pam = 0x5A; pam < 0x60; ++pam) {
    EXPECT_EQ(config_.Get(kHostBridge, pam, 1), 0x33u);
  }
  EXPECT_EQ(config_.Get(kPiix, 0x60, 4), 0x0B0B'0A0Au);
  EXPECT_EQ(config_.Get(kPiixIde, 0x41, 1) & 0x80, 0x80u);
  EXPECT_EQ(config_.Get(kPiixIde, 0x43, 1) & 0x80, 0x80u);
  EXPECT_EQ(config_.Get(kPiixPower, 0x40, 4), 0x601u);
  EXPECT_EQ(config_.Get(kPiixPower, 0x80, 1), 1u);
  EXPECT_FALSE(chipset.configuration_window());
  EXPECT_TRUE(chipset.reserved().empty());
}

TEST_F(ChipsetTest, StartsAQ35) {
  AddQ35();
  ASSERT_OK_AND_ASSIGN(const Chipset chipset, Chipset::Find(config_));

  chipset.Start(config_, ports_);

  EXPECT_EQ(config_.Get(kHostBridge, 0x90, 1), 0x30u);
  for (uint16_t pam = 0x91; pam < 0x97; ++pam) {
    EXPECT_EQ(config_.Get(kHostBridge, pam, 1), 0x33u);
  }
  EXPECT_EQ(config_.Get(kHostBridge, 0x60, 4), 0xB000'0001u);
  EXPECT_EQ(config_.Get(kLpc, 0x40, 4), 0x601u);
  EXPECT_EQ(config_.Get(kLpc, 0x44, 1), 0x80u);
  EXPECT_EQ(config_.Get(kLpc, 0x60, 4), 0x0B0B'0A0Au);
  EXPECT_EQ(config_.Get(kLpc, 0x68, 4), 0x0B0B'0A0Au);
  ASSERT_TRUE(chipset.configuration_window());
  EXPECT_EQ(chipset.configuration_window()->address, 0xB000'0000u);
  EXPECT_EQ(chipset.configuration_window()->size_bytes, 256u << 20);
  ASSERT_EQ(chipset.reserved().size(), 1u);
  EXPECT_EQ(chipset.reserved()[0].address | 1, config_.Get(kLpc, 0xF0, 4));
}

TEST_F(ChipsetTest, MakesTheLinesOfPciLevels) {
  AddPc();
  ASSERT_OK_AND_ASSIGN(const Chipset chipset, Chipset::Find(config_));

  chipset.Start(config_, ports_);

  EXPECT_EQ(ports_.value(0x4D0), 0u);
  EXPECT_EQ(ports_.value(0x4D1), 0x0Cu);
}

TEST_F(ChipsetTest, LeavesAHostBridgeAloneThatStandsAlone) {
  // As crosvm's.
  config_.Add(kHostBridge, 0x1237'8086);

  EXPECT_THAT(Chipset::Find(config_), IsError(ErrorCode::kNotFound));
}

TEST_F(ChipsetTest, FindsNothingWithoutPci) {
  EXPECT_THAT(Chipset::Find(config_), IsError(ErrorCode::kNotFound));
}

TEST_F(ChipsetTest, PutsDeviceMemoryAboveRam) {
  AddPc();
  ASSERT_OK_AND_ASSIGN(const Chipset pc, Chipset::Find(config_));

  EXPECT_EQ(pc.DeviceMemoryStart(0x2000'0000), 0x8000'0000u);
  EXPECT_EQ(pc.DeviceMemoryStart(0x8000'0000), 0x8000'0000u);
  EXPECT_EQ(pc.DeviceMemoryStart(0x8000'1000), 0xA000'0000u);
  EXPECT_EQ(pc.DeviceMemoryStart(0xE000'0000), 0xE000'0000u);
}

TEST_F(ChipsetTest, PutsDeviceMemoryAboveTheConfigurationWindow) {
  AddQ35();
  ASSERT_OK_AND_ASSIGN(const Chipset q35, Chipset::Find(config_));

  EXPECT_EQ(q35.DeviceMemoryStart(0x2000'0000), 0xC000'0000u);
  EXPECT_EQ(q35.DeviceMemoryStart(0xB000'0000), 0xC000'0000u);
}

// As the machines' own ACPI tables have it. [qemu hw/i386/acpi-build.c]
TEST_F(ChipsetTest, KnowsTheWires) {
  AddPc();
  ASSERT_OK_AND_ASSIGN(const Chipset pc, Chipset::Find(config_));
  ByteConfig other;
  other.Add(kHostBridge, 0x29C0'8086);
  other.Add(kLpc, 0x2918'8086);
  ASSERT_OK_AND_ASSIGN(const Chipset q35, Chipset::Find(other));

  EXPECT_EQ(pc.InterruptLine(1, 1), 10);
  EXPECT_EQ(pc.InterruptLine(2, 1), 10);
  EXPECT_EQ(pc.InterruptLine(3, 1), 11);
  EXPECT_EQ(pc.InterruptLine(3, 4), 10);
  EXPECT_EQ(q35.InterruptLine(1, 1), 10);
  EXPECT_EQ(q35.InterruptLine(2, 1), 11);
  EXPECT_EQ(q35.InterruptLine(24, 4), 11);
  EXPECT_EQ(q35.InterruptLine(31, 1), 10);
  EXPECT_EQ(q35.InterruptLine(31, 3), 11);
}

}  // namespace
}  // namespace flint::chipset
