// SPDX-License-Identifier: Apache-2.0
#include "drivers/pci/capability.h"

#include <vector>

#include "drivers/pci/fake_pci_config.h"
#include "drivers/pci/registers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace flint::pci {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr Address kPlace{0, 0, 3, 0};
constexpr std::array<uint8_t, 2> kBody{0x11, 0x22};

class PciCapabilities : public ::testing::Test {
 protected:
  std::vector<uint8_t> Offsets() {
    std::vector<uint8_t> offsets;
    CapabilityWalk walk(config_, kPlace);
    while (const auto capability = walk.Next()) {
      offsets.push_back(capability->offset);
    }
    EXPECT_EQ(walk.Next(), std::nullopt) << "the end must stay the end";
    return offsets;
  }

  FakePciConfig config_;
  FakeFunction& function_ = config_.AddFunction(kPlace);
};

TEST_F(PciCapabilities, AreReadWithOneAccessEach) {
  function_.AddCapability(Capability::kMsiX, kBody);
  function_.AddCapability(Capability::kVendorSpecific, kBody);

  CapabilityWalk walk(config_, kPlace);
  const auto first = walk.Next();
  const auto second = walk.Next();

  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->id, Capability::kMsiX);
  EXPECT_THAT(first->body, ElementsAre(0x11, 0x22));
  EXPECT_EQ(second->id, Capability::kVendorSpecific);
  EXPECT_EQ(walk.Next(), std::nullopt);
  EXPECT_EQ(config_.access_count(), 4u) << "status, pointer, and two";
}

TEST_F(PciCapabilities, ArePointedToOnlyIfTheStatusSaysSo) {
  function_.Set8(CapabilitiesPointer::kOffset, 0x40);

  EXPECT_THAT(Offsets(), IsEmpty());
  EXPECT_EQ(config_.access_count(), 1u);
}

TEST_F(PciCapabilities, MayStandInAnyOrder) {
  const uint8_t first = function_.AddCapability(1, kBody);
  const uint8_t second = function_.AddCapability(2, kBody);
  function_.SetFirstCapability(second);
  function_.LinkCapability(second, first);
  function_.LinkCapability(first, 0);

  EXPECT_THAT(Offsets(), ElementsAre(second, first));
}

TEST_F(PciCapabilities, EndAtALoop) {
  const uint8_t first = function_.AddCapability(1, kBody);
  const uint8_t second = function_.AddCapability(2, kBody);
  function_.LinkCapability(second, first);

  EXPECT_THAT(Offsets(), ElementsAre(first, second));
}

TEST_F(PciCapabilities, EndAtOneThatLeadsToItself) {
  const uint8_t only = function_.AddCapability(1, kBody);
  function_.LinkCapability(only, only);

  EXPECT_THAT(Offsets(), ElementsAre(only));
}

TEST_F(PciCapabilities, EndAtALinkIntoTheHeader) {
  const uint8_t only = function_.AddCapability(1, kBody);
  function_.LinkCapability(only, 0x3C);

  EXPECT_THAT(Offsets(), ElementsAre(only));
}

TEST_F(PciCapabilities, MayFillAllTheSpace) {
  for (unsigned offset = 0x40; offset <= 0xFC; offset += 4) {
    function_.Set8(static_cast<uint16_t>(offset), 1);
    function_.LinkCapability(static_cast<uint8_t>(offset),
                             static_cast<uint8_t>(offset + 4));
  }
  function_.SetFirstCapability(0x40);

  EXPECT_THAT(Offsets(), SizeIs(48));
}

TEST_F(PciCapabilities, OfAVanishedFunctionEnd) {
  constexpr Address kGone{0, 0, 9, 0};
  CapabilityWalk walk(config_, kGone);

  int count = 0;
  while (walk.Next()) ++count;

  EXPECT_LE(count, 1);
}

}  // namespace
}  // namespace flint::pci
