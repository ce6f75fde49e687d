// SPDX-License-Identifier: Apache-2.0
// Taking bytes from an entropy device, and what becomes of one that misbehaves.
#include "drivers/rng/virtio_random.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "drivers/rng/virtio_random_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "testing/result_matchers.h"

namespace flint::rng {
namespace {

using ::flint::testing::IsError;
using ::flint::testing::IsOk;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class VirtioRandomFill : public VirtioRandomTest {
 protected:
  /// After a device that cannot be trusted.
  void ExpectStopped() {
    EXPECT_THAT(bytes_, Each(std::byte{0})) << "not half of them";
    EXPECT_EQ(device_->status(), 0) << "the device must be reset";
    const uint64_t notifications = device_->notification_count();
    EXPECT_THAT(random_->Fill(bytes_), IsError(ErrorCode::kDeviceError));
    EXPECT_EQ(device_->notification_count(), notifications);
  }
};

TEST_F(VirtioRandomFill, FillsWithTheDevicesBytes) {
  VirtioRandom& random = InsertAndStart();

  EXPECT_THAT(random.Fill(bytes_), IsOk());
  for (size_t i = 0; i < bytes_.size(); ++i) {
    EXPECT_EQ(bytes_[i], std::byte(i + 1));
  }
  EXPECT_THAT(random.Fill(bytes_), IsOk());

  EXPECT_EQ(bytes_[0], std::byte{33}) << "never the same again";
  EXPECT_THAT(requests_, ElementsAre(32, 32));
  EXPECT_EQ(device_->notification_count(), 2u);
}

TEST_F(VirtioRandomFill, CutsIntoChunks) {
  VirtioRandom& random = InsertAndStart();
  bytes_.resize(2 * VirtioRandom::kChunkBytes + 3);

  EXPECT_THAT(random.Fill(bytes_), IsOk());

  EXPECT_THAT(requests_, ElementsAre(256, 256, 8));
  EXPECT_EQ(bytes_[255], std::byte(256 & 0xFF));
  EXPECT_EQ(bytes_[514], std::byte(515 & 0xFF));
}

TEST_F(VirtioRandomFill, AsksForNothingIfNothingIsWanted) {
  EXPECT_THAT(InsertAndStart().Fill({}), IsOk());

  EXPECT_THAT(requests_, IsEmpty());
}

TEST_F(VirtioRandomFill, AsksAgainForWhatTheDeviceLeftOut) {
  bytes_per_request_ = 15;

  EXPECT_THAT(InsertAndStart().Fill(bytes_), IsOk());

  EXPECT_THAT(requests_, ElementsAre(32, 17, 2));
  EXPECT_EQ(bytes_[31], std::byte{32});
}

TEST_F(VirtioRandomFill, LeavesNoCopyBehind) {
  VirtioRandom& random = InsertAndStart();
  constant_ = 0x5E;
  device_->faults().corrupt_used = [&](uint32_t&, uint32_t&, uint16_t&) {
    EXPECT_EQ(std::ranges::count(shared_, std::byte{0x5E}), 32);
  };

  EXPECT_THAT(random.Fill(bytes_), IsError(ErrorCode::kDeviceError));

  EXPECT_EQ(std::ranges::count(shared_, std::byte{0x5E}), 0);
}

TEST_F(VirtioRandomFill, BelievesNoConstant) {
  VirtioRandom& random = InsertAndStart();
  for (const size_t piece : {SIZE_MAX, size_t{1}}) {
    for (const int constant : {0x00, 0x5E, 0xFF}) {
      for (const size_t size : {size_t{1}, size_t{7}, size_t{32}}) {
        bytes_per_request_ = piece;
        constant_ = static_cast<uint8_t>(constant);
        bytes_.assign(size, std::byte{0xA5});

        EXPECT_THAT(random.Fill(bytes_), IsError(ErrorCode::kDeviceError));

        EXPECT_THAT(bytes_, Each(std::byte{0}));
      }
    }
  }
  constant_.reset();
  EXPECT_THAT(random.Fill(bytes_), IsOk()) << "it may have woken up since";
}

TEST_F(VirtioRandomFill, BelievesNoLengthThatWasNotWritten) {
  VirtioRandom& random = InsertAndStart();
  bytes_per_request_ = 0;
  device_->faults().corrupt_used = [](uint32_t&, uint32_t& written, uint16_t&) {
    written = UINT32_MAX;
  };

  EXPECT_THAT(random.Fill(bytes_), IsError(ErrorCode::kDeviceError));

  EXPECT_THAT(bytes_, Each(std::byte{0}));
}

TEST_F(VirtioRandomFill, ReportsADeviceWithoutBytes) {
  VirtioRandom& random = InsertAndStart();
  bytes_per_request_ = 0;

  EXPECT_THAT(random.Fill(bytes_), IsError(ErrorCode::kDeviceError));

  EXPECT_THAT(bytes_, Each(std::byte{0}));
  bytes_per_request_ = SIZE_MAX;
  EXPECT_THAT(random.Fill(bytes_), IsOk());
}

TEST_F(VirtioRandomFill, ZeroesAllIfTheLastChunkFails) {
  VirtioRandom& random = InsertAndStart();
  bytes_.resize(3 * VirtioRandom::kChunkBytes, std::byte{0xA5});
  device_->faults().silent_after = 2;

  EXPECT_THAT(random.Fill(bytes_), IsError(ErrorCode::kTimedOut));

  ExpectStopped();
}

TEST_F(VirtioRandomFill, WaitsForASlowDevice) {
  VirtioRandom& random = InsertAndStart();
  clock_.OnRelax([this] {
    clock_.Advance(4 * kSecond);
    device_->Work();
  });

  EXPECT_THAT(random.Fill(bytes_), IsOk());
}

TEST_F(VirtioRandomFill, StopsADeviceThatIsSilent) {
  VirtioRandom& random = InsertAndStart();
  device_->faults().silent = true;
  const uint64_t start_ns = clock_.now_ns();

  EXPECT_THAT(random.Fill(bytes_), IsError(ErrorCode::kTimedOut));

  EXPECT_GE(clock_.now_ns() - start_ns, VirtioRandom::kChunkTimeoutNs);
  EXPECT_LT(clock_.now_ns() - start_ns,
            VirtioRandom::kChunkTimeoutNs + kSecond);
  ExpectStopped();
  device_->faults().silent = false;
  device_->Work();
  EXPECT_EQ(device_->completion_count(), 0u) << "nothing lands later";
}

TEST_F(VirtioRandomFill, DoesNotWaitForEveryByteAnew) {
  VirtioRandom& random = InsertAndStart();
  bytes_per_request_ = 1;
  clock_.OnRelax([this] {
    clock_.Advance(kSecond);
    device_->Work();
  });

  EXPECT_THAT(random.Fill(bytes_), IsError(ErrorCode::kTimedOut));

  ExpectStopped();
}

TEST_F(VirtioRandomFill, NoticesADeviceThatSaysItIsBroken) {
  VirtioRandom& random = InsertAndStart();
  device_->faults().silent = true;
  device_->faults().needs_reset_when_silent = true;

  EXPECT_THAT(random.Fill(bytes_), IsError(ErrorCode::kDeviceError));

  ExpectStopped();
}

TEST_F(VirtioRandomFill, StopsADeviceThatCompletesWhatIsNotInFlight) {
  using Corruption = void (*)(uint32_t&, uint32_t&, uint16_t&);
  const Corruption corruptions[] = {
      [](uint32_t& id, uint32_t&, uint16_t&) { id += 1; },
      [](uint32_t& id, uint32_t&, uint16_t&) { id = 0x1'0000; },
      [](uint32_t&, uint32_t&, uint16_t& index) { index += 100; }};
  for (const Corruption corruption : corruptions) {
    VirtioRandom& random = InsertAndStart();
    device_->faults().corrupt_used = corruption;

    EXPECT_THAT(random.Fill(bytes_), IsError(ErrorCode::kDeviceError));

    ExpectStopped();
  }
}

TEST_F(VirtioRandomFill, IsSilencedForGood) {
  VirtioRandom& random = InsertAndStart();
  EXPECT_THAT(random.Fill(bytes_), IsOk());

  EXPECT_THAT(random.Quiesce(), IsOk());

  EXPECT_THAT(random.Fill(bytes_), IsError(ErrorCode::kDeviceError));
  ExpectStopped();
  device_->faults().polls_until_reset = UINT32_MAX;
  device_->LeaveRunning();
  EXPECT_THAT(random.Quiesce(), IsError(ErrorCode::kTimedOut));
}

}  // namespace
}  // namespace flint::rng
