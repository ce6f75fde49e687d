// SPDX-License-Identifier: Apache-2.0
#include "drivers/pci/scan.h"

#include <array>
#include <string>
#include <vector>

#include "drivers/pci/fake_pci_config.h"
#include "drivers/pci/registers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace flint::pci {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// Accesses that find nothing at the 32 slots of a bus.
constexpr size_t kEmptyBus = 32;

class PciScan : public ::testing::Test {
 protected:
  /// What a scan finds, in its order.
  std::vector<std::string> Names(FakePciConfig& config) {
    const ScanResult result = Scan(config, storage_);
    EXPECT_TRUE(result.complete);
    std::vector<std::string> names;
    for (const Function& function : result.functions) {
      names.emplace_back(NameOf(function.address).view().substr(4));
    }
    return names;
  }

  std::array<Function, 64> storage_{};
};

TEST_F(PciScan, LooksOnceAtEachSlotOfAnEmptyBus) {
  FakePciConfig config;

  EXPECT_THAT(Names(config), IsEmpty());

  EXPECT_EQ(config.access_count(), kEmptyBus);
}

TEST_F(PciScan, CostsOneMoreAccessForEachFunctionAndWritesNothing) {
  FakePciConfig config;
  config.AddFunction({0, 0, 0, 0});
  config.AddFunction({0, 0, 3, 0});
  config.AddFunction({0, 0, 31, 0});

  EXPECT_THAT(Names(config),
              ElementsAre("0000:00:00.0", "0000:00:03.0", "0000:00:1f.0"));

  EXPECT_EQ(config.access_count(), kEmptyBus + 3);
  EXPECT_EQ(config.write_count(), 0u);
}

TEST_F(PciScan, TellsIdsAndLayout) {
  FakePciConfig config;
  config.AddFunction({0, 0, 1, 0}, 0x1AF4, 0x1042);
  config.AddBridge({0, 0, 2, 0}, 1, 1).SetMultiFunction();

  const ScanResult result = Scan(config, storage_);

  ASSERT_EQ(result.functions.size(), 2u);
  EXPECT_EQ(result.functions[0].vendor_id, 0x1AF4);
  EXPECT_EQ(result.functions[0].device_id, 0x1042);
  EXPECT_EQ(result.functions[0].header_layout, HeaderType::kDevice);
  EXPECT_EQ(result.functions[1].header_layout, HeaderType::kBridge);
}

TEST_F(PciScan, FindsFunctionsBehindGaps) {
  FakePciConfig config;
  config.AddFunction({0, 0, 0x1F, 0}).SetMultiFunction();
  config.AddFunction({0, 0, 0x1F, 2});
  config.AddFunction({0, 0, 0x1F, 7});

  EXPECT_THAT(Names(config),
              ElementsAre("0000:00:1f.0", "0000:00:1f.2", "0000:00:1f.7"));
}

TEST_F(PciScan, TrustsTheMultiFunctionBitAlone) {
  FakePciConfig config;
  config.AddFunction({0, 0, 4, 0});
  config.AddFunction({0, 0, 5, 0}).SetMultiFunction();
  config.AliasFunctions();

  // A device that claims several functions shows all that the bus shows.
  EXPECT_EQ(Names(config).size(), 1u + 8u);
}

TEST_F(PciScan, SeesNoAliasesOfSingleFunctions) {
  FakePciConfig config;
  config.AddFunction({0, 0, 0, 0});
  config.AddFunction({0, 0, 1, 0});
  config.AliasFunctions();

  EXPECT_THAT(Names(config), ElementsAre("0000:00:00.0", "0000:00:01.0"));
}

TEST_F(PciScan, IgnoresFunctionsOfAnAbsentFunctionZero) {
  FakePciConfig config;
  config.AddFunction({0, 0, 2, 1});

  EXPECT_THAT(Names(config), IsEmpty());
  EXPECT_EQ(config.access_count(), kEmptyBus);
}

TEST_F(PciScan, TakesVendorZeroForAbsent) {
  FakePciConfig config;
  config.AddFunction({0, 0, 2, 0}, 0, 0);

  EXPECT_THAT(Names(config), IsEmpty());
}

TEST_F(PciScan, WalksNestedBridgesInBusOrder) {
  FakePciConfig config;
  config.AddBridge({0, 0, 1, 0}, 1, 2);
  config.AddBridge({0, 1, 0, 0}, 2, 2);
  config.AddBridge({0, 0, 2, 0}, 3, 3);
  config.AddFunction({0, 0, 9, 0});
  config.AddFunction({0, 2, 0, 0});
  config.AddFunction({0, 3, 0, 0});

  EXPECT_THAT(Names(config),
              ElementsAre("0000:00:01.0",
                          "0000:00:02.0",
                          "0000:00:09.0",
                          "0000:01:00.0",
                          "0000:02:00.0",
                          "0000:03:00.0"));

  constexpr size_t kBuses = 4;
  constexpr size_t kBridges = 3;
  constexpr size_t kFunctions = 6;
  EXPECT_EQ(config.access_count(), kBuses * kEmptyBus + kFunctions + kBridges);
}

TEST_F(PciScan, OrdersByBusWhateverTheBridgesOrder) {
  FakePciConfig config;
  config.AddBridge({0, 0, 1, 0}, 7, 7);
  config.AddBridge({0, 0, 2, 0}, 3, 3);
  config.AddFunction({0, 3, 0, 0});
  config.AddFunction({0, 7, 0, 0});

  EXPECT_THAT(
      Names(config),
      ElementsAre(
          "0000:00:01.0", "0000:00:02.0", "0000:03:00.0", "0000:07:00.0"));
}

TEST_F(PciScan, DoesNotFollowABridgeWithoutABusNumber) {
  FakePciConfig config;
  config.AddBridge({0, 0, 1, 0}, 0, 0);

  EXPECT_THAT(Names(config), ElementsAre("0000:00:01.0"));
}

TEST_F(PciScan, EndsWhenBridgesFormALoop) {
  FakePciConfig config;
  config.AddBridge({0, 0, 1, 0}, 1, 255);
  config.AddBridge({0, 1, 0, 0}, 1, 255);
  config.AddBridge({0, 1, 1, 0}, 0, 255);
  config.AddBridge({0, 1, 2, 0}, 2, 255);
  config.AddBridge({0, 2, 0, 0}, 1, 255);

  EXPECT_THAT(Names(config),
              ElementsAre("0000:00:01.0",
                          "0000:01:00.0",
                          "0000:01:01.0",
                          "0000:01:02.0",
                          "0000:02:00.0"));
}

TEST_F(PciScan, VisitsABusOfTwoBridgesOnce) {
  FakePciConfig config;
  config.AddBridge({0, 0, 1, 0}, 1, 1);
  config.AddBridge({0, 0, 2, 0}, 1, 1);
  config.AddFunction({0, 1, 0, 0});

  EXPECT_THAT(Names(config),
              ElementsAre("0000:00:01.0", "0000:00:02.0", "0000:01:00.0"));
}

TEST_F(PciScan, StaysWithinTheBusesOfItsRange) {
  FakePciConfig config({{0, 0, 3}});
  config.AddBridge({0, 0, 1, 0}, 4, 4);

  EXPECT_THAT(Names(config), ElementsAre("0000:00:01.0"));

  for (const FakePciConfig::Access& access : config.accesses()) {
    EXPECT_EQ(access.address.bus, 0);
  }
}

TEST_F(PciScan, FollowsEachFunctionOfAHostBridgeToItsRootBus) {
  FakePciConfig config;
  FakeFunction& first = config.AddFunction({0, 0, 0, 0});
  first.SetClass(ClassAndRevision::kHostBridge);
  first.SetMultiFunction();
  config.AddFunction({0, 0, 0, 2}).SetClass(ClassAndRevision::kHostBridge);
  config.AddFunction({0, 0, 0, 3});
  config.AddFunction({0, 2, 5, 0});

  EXPECT_THAT(
      Names(config),
      ElementsAre(
          "0000:00:00.0", "0000:00:00.2", "0000:00:00.3", "0000:02:05.0"));
}

TEST_F(PciScan, ScansEverySegmentFromItsFirstBus) {
  FakePciConfig config({{0, 0, 0}, {1, 0x20, 0x2F}, {7, 0, 0}});
  config.AddFunction({0, 0, 1, 0});
  config.AddBridge({1, 0x20, 1, 0}, 0x21, 0x21);
  config.AddFunction({1, 0x21, 0, 0});
  config.AddFunction({7, 0, 1, 0});

  EXPECT_THAT(
      Names(config),
      ElementsAre(
          "0000:00:01.0", "0001:20:01.0", "0001:21:00.0", "0007:00:01.0"));
}

TEST_F(PciScan, ScansRootBusesThatItIsToldOf) {
  FakePciConfig config({{0, 0, 0x7F}});
  config.AddRoot(0x40);
  config.AddFunction({0, 0, 1, 0});
  config.AddBridge({0, 0x40, 0, 0}, 0x41, 0x41);
  config.AddFunction({0, 0x41, 3, 0});
  RootBuses more_roots{};
  more_roots[0x40] = more_roots[0x60] = more_roots[0x80] = true;

  const ScanResult scan = Scan(config, storage_, more_roots);

  ASSERT_EQ(scan.functions.size(), 3u);
  EXPECT_EQ(scan.functions[1].address, (Address{0, 0x40, 0, 0}));
  EXPECT_EQ(scan.functions[2].address, (Address{0, 0x41, 3, 0}));
}

TEST_F(PciScan, SaysWhenTheStorageIsTooSmall) {
  FakePciConfig config;
  for (uint8_t device = 0; device < 3; ++device) {
    config.AddFunction({0, 0, device, 0});
  }

  const ScanResult exact = Scan(config, std::span(storage_).first(3));
  const ScanResult small = Scan(config, std::span(storage_).first(2));
  const ScanResult none = Scan(config, {});

  EXPECT_TRUE(exact.complete);
  EXPECT_EQ(exact.functions.size(), 3u);
  EXPECT_FALSE(small.complete);
  EXPECT_EQ(small.functions.size(), 2u);
  EXPECT_FALSE(none.complete);
}

TEST_F(PciScan, SaysWhenTheStorageIsTooSmallForFunctions) {
  FakePciConfig config;
  config.AddFunction({0, 0, 0, 0}).SetMultiFunction();
  config.AddFunction({0, 0, 0, 1});

  const ScanResult small = Scan(config, std::span(storage_).first(1));

  EXPECT_FALSE(small.complete);
  EXPECT_EQ(small.functions.size(), 1u);
}

}  // namespace
}  // namespace flint::pci
