// SPDX-License-Identifier: Apache-2.0
#include "drivers/acpi/host_bridge.h"

#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "gtest/gtest.h"
#include "testing/result_matchers.h"

namespace flint::acpi {
namespace {

using testing::IsError;

using std::string_literals::operator""s;
using std::string_view_literals::operator""sv;

constexpr uint64_t kGib = uint64_t{1} << 30;

// Method (_CBA) { Return (0xE0000000) }
constexpr std::string_view kConfigAddress =
    "\x14\x0C_CBA\0\xA4\x0C\0\0\0\xE0"sv;
// WordBusNumber of 16 to 31
constexpr std::string_view kBuses =
    "\x88\x0D\0\x02\x0C\0\0\0\x10\0\x1F\0\0\0\x10\0"sv;
// DWordMemory at 0xC0000000, 0x20000000 bytes
constexpr std::string_view kMemory =
    "\x87\x17\0\0\x0C\x01\0\0\0\0\0\0\0\xC0\xFF\xFF\xFF\xDF\0\0\0\0\0\0\0\x20"sv;
constexpr std::string_view kEnd = "\x79\0"sv;

/// Name (_CRS, Buffer) of these descriptors, the package's length in two bytes.
std::string Resources(std::initializer_list<std::string_view> descriptors) {
  std::string all;
  for (const std::string_view descriptor : descriptors) all += descriptor;
  std::string text = "\x08_CRS\x11";
  const size_t package = all.size() + 4;
  text += static_cast<char>(0x40 | (package & 0x0F));
  text += static_cast<char>(package >> 4);
  text += '\x0A';
  text += static_cast<char>(all.size());
  return text + all;
}

Result<HostBridge> Find(const std::string& aml) {
  return FindHostBridge(AsBytes(aml));
}

std::vector<int> RootBuses(std::string_view aml) {
  std::vector<int> buses;
  RootBusSearch search(AsBytes(aml));
  while (const auto bus = search.Next()) buses.push_back(*bus);
  return buses;
}

class MicrovmHostBridge : public ::testing::Test {
 protected:
  static std::string Read() {
    std::ifstream file("drivers/acpi/testdata/microvm_pcie_dsdt.bin",
                       std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  const std::string dsdt_ = Read();
};

TEST_F(MicrovmHostBridge, IsRead) {
  ASSERT_OK_AND_ASSIGN(const HostBridge bridge, Find(dsdt_));

  EXPECT_EQ(bridge.config_address, 0xE000'0000u);
  EXPECT_EQ(bridge.first_bus, 0);
  EXPECT_EQ(bridge.last_bus, 255);
  EXPECT_EQ(bridge.memory, (DeviceMemory{0xC000'0000, 0x2000'0000}));
  EXPECT_EQ(bridge.high_memory, (DeviceMemory{768 * kGib, 256 * kGib}));
  EXPECT_EQ(RootBuses(dsdt_), std::vector{0});
}

TEST_F(MicrovmHostBridge, IsReadOrRefusedWhereItIsCut) {
  for (size_t size = 0; size < dsdt_.size(); ++size) {
    const Result<HostBridge> bridge = Find(dsdt_.substr(0, size));
    if (bridge) {
      EXPECT_EQ(bridge->config_address, 0xE000'0000u);
    }
  }
}

TEST(HostBridge, MayHaveFewBusesAndNoHighMemory) {
  ASSERT_OK_AND_ASSIGN(const HostBridge bridge,
                       Find(std::string(kConfigAddress) +
                            Resources({kBuses, kMemory, kMemory, kEnd})));

  EXPECT_EQ(bridge.first_bus, 16);
  EXPECT_EQ(bridge.last_bus, 31);
  EXPECT_EQ(bridge.memory.size_bytes, 0x2000'0000u);
  EXPECT_EQ(bridge.high_memory.size_bytes, 0u);
}

TEST(HostBridge, IsRefusedIfItCannotBeUnderstood) {
  const std::string resources = Resources({kBuses, kMemory, kEnd});
  std::string endless(kBuses);
  endless[14] = '\xF1';  // of 241 buses, from bus 16 on

  EXPECT_THAT(Find(resources), IsError(ErrorCode::kNotFound));
  EXPECT_THAT(Find(std::string(kConfigAddress)), IsError(ErrorCode::kNotFound));
  EXPECT_THAT(Find("\x14\x0B_CBA\0\x70\x60\xA4\x60"s + resources),
              IsError(ErrorCode::kUnsupported));
  EXPECT_THAT(Find(std::string(kConfigAddress) + Resources({kMemory, kEnd})),
              IsError(ErrorCode::kCorrupt));
  EXPECT_THAT(
      Find(std::string(kConfigAddress) + Resources({endless, kMemory, kEnd})),
      IsError(ErrorCode::kCorrupt));
}

TEST(RootBusSearch, FindsNumbersOfBuses) {
  EXPECT_EQ(RootBuses("\x08_BBN\x0A\x40...\x08_BBN\x01\x08_BBN\x0B\0\x01"
                      "\x08_BBN\x60_BBN\x02\x08_BBN\x0A\xFF\x08_BBN"sv),
            (std::vector{0x40, 1, 0xFF}));
}

}  // namespace
}  // namespace flint::acpi
