// SPDX-License-Identifier: Apache-2.0
#include "efi/block_io/pci_path.h"

#include <array>
#include <string>

#include "drivers/pci/fake_pci_config.h"
#include "drivers/pci/scan.h"
#include "efi/device_path/device_path.h"
#include "efi/device_path/path_text.h"
#include "gtest/gtest.h"
#include "testing/result_matchers.h"

namespace flint::efi {
namespace {

using ::flint::testing::IsError;

class PciPathTest : public ::testing::Test {
 protected:
  /// The path of the function as text.
  std::u16string PathOf(const pci::Address& address) {
    FixedPathWriter<256> writer;
    EXPECT_OK(AppendPciPath(config_, Scan(), address, *writer));
    const auto path = writer->Finish();
    EXPECT_TRUE(path.has_value());
    std::array<char16_t, 256> text{};
    TextWriter out(text);
    PathToText(*path, {}, out);
    return {text.data(), out.size()};
  }

  std::span<const pci::Function> Scan() {
    return pci::Scan(config_, storage_).functions;
  }

  pci::FakePciConfig config_;
  std::array<pci::Function, 16> storage_{};
};

TEST_F(PciPathTest, LeadsToTheRootBus) {
  config_.AddFunction({0, 0, 3, 0});

  EXPECT_EQ(PathOf({0, 0, 3, 0}), u"PciRoot(0x0)/Pci(0x3,0x0)");
}

TEST_F(PciPathTest, LeadsThroughBridges) {
  config_.AddBridge({0, 0, 1, 0}, 1, 1);
  config_.AddBridge({0, 0, 2, 0}, 2, 5);
  config_.AddBridge({0, 2, 4, 0}, 5, 5);
  config_.AddFunction({0, 5, 6, 0});

  EXPECT_EQ(PathOf({0, 5, 6, 0}),
            u"PciRoot(0x0)/Pci(0x2,0x0)/Pci(0x4,0x0)/Pci(0x6,0x0)");
}

TEST_F(PciPathTest, KnowsNoWayToAnUnreachableBus) {
  FixedPathWriter<256> writer;

  EXPECT_THAT(AppendPciPath(config_, Scan(), {0, 9, 0, 0}, *writer),
              IsError(ErrorCode::kNotFound));
  EXPECT_THAT(AppendPciPath(config_, Scan(), {7, 0, 0, 0}, *writer),
              IsError(ErrorCode::kNotFound));
}

TEST_F(PciPathTest, IsNotLedInCircles) {
  config_.AddFunction({0, 0, 1, 0}).SetBridge(0, 0, 255);
  FixedPathWriter<256> writer;

  EXPECT_THAT(AppendPciPath(config_, Scan(), {0, 9, 0, 0}, *writer),
              IsError(ErrorCode::kNotFound));
}

}  // namespace
}  // namespace flint::efi
