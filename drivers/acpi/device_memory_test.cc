// SPDX-License-Identifier: Apache-2.0
#include "drivers/acpi/device_memory.h"

#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/acpi/fake_tables.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platforms/base/fake_guest_memory.h"
#include "testing/result_matchers.h"

namespace flint::acpi {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

using std::string_literals::operator""s;
using std::string_view_literals::operator""sv;

constexpr std::string_view kId = "LNRO0005";

// Name (_HID, "LNRO0005")
constexpr std::string_view kHid = "\x08_HID\x0DLNRO0005\0"sv;
// Memory32Fixed (ReadWrite, 0xC0001000, 0x1000)
constexpr std::string_view kMemory32 = "\x86\x09\0\x01\0\x10\0\xC0\0\x10\0\0"sv;
// QWordMemory at 0x10_0000_2000, 0x2000 bytes
constexpr std::string_view kQwordMemory =
    "\x8A\x2B\0\0\x0C\x01\0\0\0\0\0\0\0\0\0\x20\0\0\x10\0\0\0\xFF\x3F\0\0"
    "\x10\0\0\0\0\0\0\0\0\0\0\0\0\x20\0\0\0\0\0\0"sv;
// DWordMemory at 0xD0000000, 0x200 bytes
constexpr std::string_view kDwordMemory =
    "\x87\x17\0\0\x0C\x01\0\0\0\0\0\0\0\xD0\xFF\x01\0\xD0\0\0\0\0\0\x02\0\0"sv;
// Interrupt (ResourceConsumer, Edge, ActiveHigh, Exclusive) {5}
constexpr std::string_view kInterrupt = "\x89\x06\0\x03\x01\x05\0\0\0"sv;
// IRQNoFlags () {4}
constexpr std::string_view kSmallIrq = "\x22\x10\0"sv;
constexpr std::string_view kEnd = "\x79\0"sv;

/// Name (_CRS, Buffer) of these descriptors, its length in one byte.
std::string Resources(std::string_view descriptors) {
  const auto size = static_cast<char>(descriptors.size());
  const auto package = static_cast<char>(descriptors.size() + 3);
  std::string text = "\x08_CRS\x11";
  text += package;
  text += '\x0A';
  text += size;
  return text.append(descriptors);
}

std::string Resources(std::initializer_list<std::string_view> descriptors) {
  std::string all;
  for (const std::string_view descriptor : descriptors) all += descriptor;
  return Resources(all);
}

std::string Device(std::initializer_list<std::string_view> descriptors) {
  return std::string(kHid) + Resources(descriptors);
}

std::vector<DeviceMemory> Find(std::string_view aml) {
  std::vector<DeviceMemory> found;
  DeviceMemorySearch search(AsBytes(aml), kId);
  while (const auto memory = search.Next()) found.push_back(*memory);
  return found;
}

constexpr DeviceMemory kFirst{0xC000'1000, 0x1000};

TEST(DeviceMemorySearch, FindsMicrovmsDevices) {
  std::ifstream file("drivers/acpi/testdata/microvm_dsdt.bin",
                     std::ios::binary);
  const std::string dsdt(std::istreambuf_iterator<char>(file), {});

  EXPECT_THAT(Find(dsdt),
              ElementsAre(DeviceMemory{0xFEB0'2E00, 0x200},
                          DeviceMemory{0xFEB0'2C00, 0x200}));
}

TEST(DeviceMemorySearch, FindsEveryKindOfMemory) {
  EXPECT_THAT(Find(Device({kMemory32, kInterrupt, kEnd}) +
                   Device({kInterrupt, kQwordMemory, kEnd}) +
                   Device({kSmallIrq, kDwordMemory, kEnd})),
              ElementsAre(kFirst,
                          DeviceMemory{0x10'0000'2000, 0x2000},
                          DeviceMemory{0xD000'0000, 0x200}));
}

TEST(DeviceMemorySearch, TakesADevicesFirstRange) {
  EXPECT_THAT(Find(Device({kMemory32, kDwordMemory, kEnd})),
              ElementsAre(kFirst));
}

TEST(DeviceMemorySearch, FindsResourcesBehindOtherNames) {
  EXPECT_THAT(Find(std::string(kHid) + "\x08_UID\x01\x08_CCA\x01" +
                   Resources({kMemory32, kEnd})),
              ElementsAre(kFirst));
}

TEST(DeviceMemorySearch, LeavesOtherDevicesAlone) {
  const std::string resources = Resources({kMemory32, kEnd});

  EXPECT_THAT(Find("\x08_HID\x0DLNRO0006\0"sv), IsEmpty());
  EXPECT_THAT(Find("\x08_HID\x0DLNRO0005X\0"s + resources), IsEmpty());
  EXPECT_THAT(Find("\x08_HID\x0C\x41\xD0\x0B\0"s + resources), IsEmpty());
  EXPECT_THAT(Find(resources), IsEmpty());
}

TEST(DeviceMemorySearch, DoesNotTakeTheResourcesOfTheNext) {
  EXPECT_THAT(Find(std::string(kHid) + "\x08_HID\x0DPNP0C0C\0"s +
                   Resources({kMemory32, kEnd})),
              IsEmpty());
}

TEST(DeviceMemorySearch, GoesOnAfterADeviceItCannotRead) {
  const std::string good = Device({kMemory32, kEnd});
  // _CRS as a method, without memory, of I/O ports, of a size not constant.
  const std::string method = std::string(kHid) + "\x14\x08_CRS\0\xA4\x60";
  const std::string ports = Device({"\x87\x17\0\x01"sv, kEnd});
  const std::string variable = std::string(kHid) + "\x08_CRS\x11\x03\x60\x60";

  for (const std::string& bad :
       {method, Device({kInterrupt, kEnd}), ports, variable}) {
    EXPECT_THAT(Find(bad + good), ElementsAre(kFirst));
  }
}

TEST(DeviceMemorySearch, EndsAtTheEndTag) {
  EXPECT_THAT(Find(Device({kEnd, kMemory32})), IsEmpty());
}

TEST(DeviceMemorySearch, EndsAtTheBuffersSize) {
  std::string device = Device({kInterrupt, kMemory32, kEnd});
  device[kHid.size() + 8] = static_cast<char>(kInterrupt.size() + 4);

  EXPECT_THAT(Find(device), IsEmpty());
}

TEST(DeviceMemorySearch, FindsNothingInWhatIsCutOff) {
  const std::string whole = Device({kInterrupt, kMemory32});
  ASSERT_THAT(Find(whole), ElementsAre(kFirst));

  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_THAT(Find(whole.substr(0, size)), IsEmpty()) << size;
  }
}

TEST(ForEachDeviceMemory, SearchesAllTables) {
  const std::string in_dsdt = Device({kMemory32, kEnd});
  const std::string in_ssdt = Device({kDwordMemory, kEnd});
  FakeGuestMemory memory;
  FakeTables builder(memory);
  Fadt fadt;
  fadt.dsdt_address = builder.Add("DSDT", 2, AsBytes(in_dsdt));
  builder.AddListed("SSDT", 2, AsBytes("\x08_S0_"sv));
  builder.AddListed("SSDT", 2, AsBytes(in_ssdt));
  builder.Finish(0xE0000);
  ASSERT_OK_AND_ASSIGN(const Tables tables, Tables::Find(memory, 0xE0000));
  std::vector<DeviceMemory> found;

  ForEachDeviceMemory(tables, fadt, kId, [&](const DeviceMemory& device) {
    found.push_back(device);
  });

  EXPECT_THAT(found, ElementsAre(kFirst, DeviceMemory{0xD000'0000, 0x200}));
}

}  // namespace
}  // namespace flint::acpi
