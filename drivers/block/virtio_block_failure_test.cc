// SPDX-License-Identifier: Apache-2.0
// Requests that fail, devices that misbehave, and how a disk is left behind.
#include <cstddef>
#include <cstdint>
#include <optional>

#include "drivers/block/virtio_block_device.h"
#include "drivers/block/virtio_block_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "testing/result_matchers.h"

namespace flint::block {
namespace {

using ::flint::testing::IsError;
using ::flint::testing::IsOk;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::Ge;
using ::testing::Lt;
using ::testing::SizeIs;

/// Failures of requests, after which the disk goes on.
class VirtioBlockFailure : public VirtioBlockTest {
 protected:
  Status ReadSector(uint64_t lba) {
    return driver_->Read({{{.lba = lba, .buffer = sector_}}});
  }

  MutableBytes sector_ = Buffer(512);
};

TEST_F(VirtioBlockFailure, IsReportedAndTheDiskStaysUsable) {
  InsertAndStart();
  disk_->AnswerAt(7, 1);
  disk_->AnswerAt(8, 2);

  EXPECT_THAT(ReadSector(7), IsError(ErrorCode::kDeviceError));
  EXPECT_THAT(ReadSector(8), IsError(ErrorCode::kUnsupported));
  EXPECT_THAT(ReadSector(9), IsOk());
}

TEST_F(VirtioBlockFailure, IsAStatusThatNobodyWrote) {
  InsertAndStart();
  disk_->AnswerAt(7, 0xFF);

  // The same slot held a success before.
  EXPECT_THAT(ReadSector(6), IsOk());
  EXPECT_THAT(ReadSector(7), IsError(ErrorCode::kDeviceError));
}

TEST_F(VirtioBlockFailure, IsAnUnknownStatus) {
  InsertAndStart();
  disk_->AnswerAt(7, 3);

  EXPECT_THAT(ReadSector(7), IsError(ErrorCode::kDeviceError));
}

TEST_F(VirtioBlockFailure, LetsWhatIsInFlightEndButStartsNothing) {
  VirtioBlockDevice& driver =
      InsertAndStart({.features = Disk::kSizeMax, .size_max = 512});
  disk_->device().manners().completions_per_turn = 1;
  disk_->AnswerAt(2, 1);
  const MutableBytes buffer = Buffer(200 * 512);

  EXPECT_THAT(driver.Read({{{.lba = 0, .buffer = buffer}}}),
              IsError(ErrorCode::kDeviceError));

  EXPECT_EQ(disk_->device().in_flight_count(), 0u);
  EXPECT_THAT(disk_->requests(), SizeIs(128 / 3 + 2));
  EXPECT_THAT(ReadSector(9), IsOk());
}

TEST_F(VirtioBlockFailure, IsTheFirstOfSeveral) {
  VirtioBlockDevice& driver =
      InsertAndStart({.features = Disk::kSizeMax, .size_max = 512});
  disk_->AnswerAt(1, 2);
  disk_->AnswerAt(3, 1);
  const MutableBytes buffer = Buffer(5 * 512);

  EXPECT_THAT(driver.Read({{{.lba = 0, .buffer = buffer}}}),
              IsError(ErrorCode::kUnsupported));
}

/// Devices that cannot be trusted any more.
class VirtioBlockMisbehaviour : public VirtioBlockFailure {
 protected:
  void ExpectStopped() {
    EXPECT_EQ(disk_->device().status(), 0) << "the device must be reset";
    EXPECT_EQ(disk_->device().in_flight_count(), 0u);
    const uint64_t notifications = disk_->device().notification_count();
    EXPECT_THAT(ReadSector(0), IsError(ErrorCode::kDeviceError));
    EXPECT_EQ(disk_->device().notification_count(), notifications);
  }
};

TEST_F(VirtioBlockMisbehaviour, SilenceTimesOutAndLeavesTheDeviceReset) {
  InsertAndStart();
  disk_->device().faults().silent = true;
  const uint64_t start_ns = NowNs();

  EXPECT_THAT(ReadSector(1), IsError(ErrorCode::kTimedOut));

  EXPECT_THAT(NowNs() - start_ns,
              AllOf(Ge(VirtioBlockDevice::kRequestTimeoutNs),
                    Lt(VirtioBlockDevice::kRequestTimeoutNs + kSecond)));
  ExpectStopped();
  disk_->device().faults().silent = false;
  disk_->device().Work();
  EXPECT_THAT(sector_, Each(std::byte{0xA5})) << "nothing lands later";
}

TEST_F(VirtioBlockMisbehaviour, SlownessIsNone) {
  VirtioBlockDevice& driver =
      InsertAndStart({.features = Disk::kSizeMax, .size_max = 512});
  disk_->device().manners().completions_per_turn = 1;
  clock_.OnRelax([this] {
    clock_.Advance(20 * kSecond);
    disk_->device().Work();
  });
  const MutableBytes buffer = Buffer(10 * 512);

  EXPECT_THAT(driver.Read({{{.lba = 0, .buffer = buffer}}}), IsOk());
}

TEST_F(VirtioBlockMisbehaviour, IsFallingSilentHalfway) {
  VirtioBlockDevice& driver =
      InsertAndStart({.features = Disk::kSizeMax, .size_max = 512});
  disk_->device().faults().silent_after = 5;
  const MutableBytes buffer = Buffer(10 * 512);

  EXPECT_THAT(driver.Read({{{.lba = 0, .buffer = buffer}}}),
              IsError(ErrorCode::kTimedOut));

  ExpectStopped();
}

TEST_F(VirtioBlockMisbehaviour, IsNoticedBeforeTheTimeoutIfTheDeviceSaysSo) {
  InsertAndStart();
  disk_->device().faults().silent = true;
  disk_->device().faults().needs_reset_when_silent = true;
  const uint64_t start_ns = NowNs();

  EXPECT_THAT(ReadSector(1), IsError(ErrorCode::kDeviceError));

  EXPECT_LT(NowNs() - start_ns, VirtioBlockDevice::kRequestTimeoutNs / 2);
  ExpectStopped();
}

TEST_F(VirtioBlockMisbehaviour, IsAnUnknownId) {
  InsertAndStart();
  disk_->device().faults().corrupt_used =
      [](uint32_t& id, uint32_t&, uint16_t&) { id = 0x1'0000; };

  EXPECT_THAT(ReadSector(1), IsError(ErrorCode::kDeviceError));

  ExpectStopped();
}

TEST_F(VirtioBlockMisbehaviour, IsAnIndexThatJumps) {
  InsertAndStart();
  disk_->device().faults().corrupt_used =
      [](uint32_t&, uint32_t&, uint16_t& index) {
        index = static_cast<uint16_t>(index + 100);
      };

  EXPECT_THAT(ReadSector(1), IsError(ErrorCode::kDeviceError));

  ExpectStopped();
}

TEST_F(VirtioBlockMisbehaviour, IsTheSameRequestTwice) {
  VirtioBlockDevice& driver =
      InsertAndStart({.features = Disk::kSizeMax, .size_max = 512});
  std::optional<uint32_t> first;
  disk_->device().faults().corrupt_used =
      [&](uint32_t& id, uint32_t&, uint16_t&) {
        if (!first) first = id;
        id = *first;
      };
  const MutableBytes buffer = Buffer(3 * 512);

  EXPECT_THAT(driver.Read({{{.lba = 0, .buffer = buffer}}}),
              IsError(ErrorCode::kDeviceError));

  ExpectStopped();
}

TEST_F(VirtioBlockMisbehaviour, IsReportedEvenIfTheDeviceDoesNotReset) {
  InsertAndStart();
  disk_->device().faults().silent = true;
  disk_->device().faults().polls_until_reset = UINT32_MAX;

  EXPECT_THAT(ReadSector(1), IsError(ErrorCode::kTimedOut));

  EXPECT_THAT(driver_->Quiesce(), IsError(ErrorCode::kTimedOut));
}

using VirtioBlockQuiesce = VirtioBlockFailure;

TEST_F(VirtioBlockQuiesce, ResetsTheDeviceForGood) {
  InsertAndStart({.features = Disk::kFlush});
  EXPECT_THAT(ReadSector(1), IsOk());

  EXPECT_THAT(driver_->Quiesce(), IsOk());

  EXPECT_EQ(disk_->device().status(), 0);
  EXPECT_THAT(ReadSector(1), IsError(ErrorCode::kDeviceError));
  EXPECT_THAT(driver_->Write({{{.lba = 0, .buffer = sector_}}}),
              IsError(ErrorCode::kDeviceError));
  EXPECT_THAT(driver_->Flush(), IsError(ErrorCode::kDeviceError));
  EXPECT_THAT(driver_->Quiesce(), IsOk());
}

TEST_F(VirtioBlockQuiesce, WaitsForTheReset) {
  InsertAndStart();
  disk_->device().faults().polls_until_reset = 50;

  EXPECT_THAT(driver_->Quiesce(), IsOk());

  EXPECT_EQ(disk_->device().status(), 0);
}

}  // namespace
}  // namespace flint::block
