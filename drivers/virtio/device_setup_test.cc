// SPDX-License-Identifier: Apache-2.0
#include "drivers/virtio/device_setup.h"

#include "drivers/clock/fake_clock.h"
#include "drivers/virtio/fake_transport.h"
#include "drivers/virtio/fake_virtio_device.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platforms/base/fake_guest_memory.h"
#include "testing/result_matchers.h"

namespace flint::virtio {
namespace {

using ::flint::testing::IsError;
using ::flint::testing::IsOk;
using ::flint::testing::IsOkAndHolds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr uint64_t kWantedFeature = uint64_t{1} << 5;
constexpr uint64_t kOtherFeature = uint64_t{1} << 29;

class DeviceSetup : public ::testing::Test {
 protected:
  FakeVirtioDevice& Make(FakeVirtioDevice::Options options) {
    device_.emplace(memory_, options, nullptr);
    transport_.emplace(*device_);
    return *device_;
  }

  Result<uint64_t> NegotiateWanted() {
    return Negotiate(*transport_, clock_, kWantedFeature);
  }

  FakeGuestMemory memory_;
  clock::FakeClock clock_;
  std::optional<FakeVirtioDevice> device_;
  std::optional<FakeTransport> transport_;
};

TEST_F(DeviceSetup, TakesEachStepOnceAndInOrder) {
  const FakeVirtioDevice& device = Make({});

  ASSERT_OK(NegotiateWanted());
  ASSERT_OK(MarkReady(*transport_));

  EXPECT_THAT(device.status_writes(),
              ElementsAre(0x00, 0x01, 0x03, 0x0B, 0x0F));
}

TEST_F(DeviceSetup, TakesTheStepsOfALegacyDevice) {
  const FakeVirtioDevice& device = Make({.legacy = true});

  ASSERT_OK(NegotiateWanted());
  ASSERT_OK(MarkReady(*transport_));

  EXPECT_THAT(device.status_writes(), ElementsAre(0x00, 0x01, 0x03, 0x07));
}

TEST_F(DeviceSetup, TakesARunningDeviceOver) {
  FakeVirtioDevice& device = Make({});
  device.LeaveRunning();

  EXPECT_THAT(NegotiateWanted(), IsOk());

  EXPECT_THAT(device.status_writes(), ElementsAre(0x00, 0x01, 0x03, 0x0B));
}

TEST_F(DeviceSetup, WaitsForTheReset) {
  FakeVirtioDevice& device = Make({});
  device.LeaveRunning();
  device.faults().polls_until_reset = 100;

  EXPECT_THAT(NegotiateWanted(), IsOk());

  EXPECT_EQ(device.status(), 0x0B);
}

TEST_F(DeviceSetup, AcceptsWhatItWantsAndWhatIsRequired) {
  const FakeVirtioDevice& device = Make(
      {.features = kWantedFeature | kOtherFeature | kFeatureAccessPlatform});
  constexpr uint64_t kAgreed =
      kWantedFeature | kFeatureVersion1 | kFeatureAccessPlatform;

  EXPECT_THAT(NegotiateWanted(), IsOkAndHolds(kAgreed));

  EXPECT_EQ(device.driver_features(), kAgreed);
}

TEST_F(DeviceSetup, AcceptsNothingThatIsNotOffered) {
  Make({});

  EXPECT_THAT(NegotiateWanted(), IsOkAndHolds(kFeatureVersion1));
}

TEST_F(DeviceSetup, HoldsToTheFeaturesThatWereOfferedFirst) {
  const FakeVirtioDevice& device = Make({.features = kWantedFeature});
  constexpr uint64_t kAgreed = kWantedFeature | kFeatureVersion1;
  transport_->ChangeFeatures(kOtherFeature);

  EXPECT_THAT(NegotiateWanted(), IsOkAndHolds(kAgreed));
  EXPECT_EQ(device.driver_features(), kAgreed);

  EXPECT_THAT(NegotiateWanted(), IsError(ErrorCode::kUnsupported));
}

TEST_F(DeviceSetup, GivesUpWithoutVersion1) {
  const FakeVirtioDevice& device = Make({.offers_version_1 = false});

  EXPECT_THAT(NegotiateWanted(), IsError(ErrorCode::kUnsupported));

  EXPECT_EQ(device.status(), 0x83);
}

TEST_F(DeviceSetup, GivesUpWhenFeaturesAreRefused) {
  FakeVirtioDevice& device = Make({});
  device.faults().refuses_features = true;

  EXPECT_THAT(NegotiateWanted(), IsError(ErrorCode::kUnsupported));

  EXPECT_EQ(device.status() & DeviceStatus::kFailed, DeviceStatus::kFailed);
}

TEST_F(DeviceSetup, GivesUpOnADeviceThatDoesNotReset) {
  FakeVirtioDevice& device = Make({});
  device.LeaveRunning();
  device.faults().polls_until_reset = UINT32_MAX;
  const uint64_t start_ns = clock_.now_ns();

  EXPECT_THAT(NegotiateWanted(), IsError(ErrorCode::kTimedOut));

  EXPECT_GE(clock_.now_ns() - start_ns, kResetTimeoutNs);
  EXPECT_LT(clock_.now_ns() - start_ns, 2 * kResetTimeoutNs);
  EXPECT_THAT(device.status_writes(), ElementsAre(0x00, 0x8F));
}

TEST_F(DeviceSetup, NoticesThatTheDeviceDidNotStart) {
  FakeVirtioDevice& device = Make({});
  device.faults().fails_to_start = true;
  ASSERT_OK(NegotiateWanted());

  EXPECT_THAT(MarkReady(*transport_), IsError(ErrorCode::kDeviceError));
}

TEST_F(DeviceSetup, TellsWhetherADeviceRuns) {
  FakeVirtioDevice& device = Make({});
  EXPECT_FALSE(IsRunning(*transport_));

  ASSERT_OK(NegotiateWanted());
  ASSERT_OK(MarkReady(*transport_));
  EXPECT_TRUE(IsRunning(*transport_));

  device.faults().silent = true;
  device.faults().needs_reset_when_silent = true;
  EXPECT_FALSE(IsRunning(*transport_));
}

TEST_F(DeviceSetup, ReadsConfigurationUntilItIsConsistent) {
  FakeVirtioDevice& device = Make({.config = {1, 2, 3, 4}});
  ASSERT_OK(NegotiateWanted());
  device.faults().config_changes = 3;
  int readings = 0;

  EXPECT_THAT(transport_->ReadConsistently([&] {
    ++readings;
    EXPECT_EQ(transport_->ReadConfig32(0), 0x04030201u);
  }),
              IsOk());

  EXPECT_EQ(readings, 4);
}

TEST_F(DeviceSetup, GivesUpOnConfigurationThatNeverSettles) {
  FakeVirtioDevice& device = Make({.config = {1, 2, 3, 4}});
  ASSERT_OK(NegotiateWanted());
  device.faults().config_changes = UINT32_MAX;

  EXPECT_THAT(transport_->ReadConsistently(
                  [&] { static_cast<void>(transport_->ReadConfig8(0)); }),
              IsError(ErrorCode::kDeviceError));
}

}  // namespace
}  // namespace flint::virtio
