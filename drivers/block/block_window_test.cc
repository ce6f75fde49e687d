// SPDX-License-Identifier: Apache-2.0
#include "drivers/block/block_window.h"

#include <cstddef>
#include <cstdint>
#include <vector>

#include "drivers/block/aligned_buffer.h"
#include "drivers/block/block_device.h"
#include "drivers/block/fake_block_device.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "testing/result_matchers.h"

namespace flint::block {
namespace {

using ::flint::testing::IsError;
using ::flint::testing::IsOk;
using ::testing::Each;
using ::testing::ElementsAre;
using Request = FakeBlockDevice::Request;

/// A disk whose block n is filled with n.
std::vector<std::byte> NumberedBlocks(size_t block_count) {
  std::vector<std::byte> contents(block_count * 512);
  for (size_t i = 0; i < contents.size(); ++i) {
    contents[i] = static_cast<std::byte>(i / 512);
  }
  return contents;
}

class BlockWindowTest : public ::testing::Test {
 protected:
  static constexpr uint64_t kFirstLba = 10;

  FakeBlockDevice disk_{NumberedBlocks(64)};
  AlignedBuffer memory_{4 * 512};
  BlockWindow window_{{&disk_, kFirstLba, 20}, memory_.bytes()};
};

TEST_F(BlockWindowTest, ShowsBytesAcrossBlocks) {
  ASSERT_OK_AND_ASSIGN(const Bytes bytes, window_.View(511, 2));

  EXPECT_THAT(bytes, ElementsAre(std::byte{10}, std::byte{11}));
  EXPECT_THAT(disk_.reads(), ElementsAre(Request{10, 2}));
}

TEST_F(BlockWindowTest, ReadsNothingTwice) {
  ASSERT_OK(window_.View(512, 1024));
  ASSERT_OK(window_.View(1535, 1));

  EXPECT_EQ(disk_.read_call_count(), 1u);
  EXPECT_TRUE(window_.Visible(512, 1024).has_value());
  EXPECT_FALSE(window_.Visible(511, 2).has_value());
  EXPECT_FALSE(window_.Visible(1535, 2).has_value());
}

TEST_F(BlockWindowTest, ReadsAheadAsFarAsTold) {
  ASSERT_OK(window_.View(1024, 1, 1024, 2048));

  EXPECT_THAT(disk_.reads(), ElementsAre(Request{12, 2}));
}

TEST_F(BlockWindowTest, ReadsAheadAsFarAsFits) {
  ASSERT_OK(window_.View(1024, 1, 1024, 1 << 20));

  EXPECT_THAT(disk_.reads(), ElementsAre(Request{12, 4}));
}

TEST_F(BlockWindowTest, ReadsWhatLiesBefore) {
  ASSERT_OK(window_.View(1024, 1, 512, 512));

  EXPECT_THAT(disk_.reads(), ElementsAre(Request{11, 2}));
}

TEST_F(BlockWindowTest, LetsTheWantedBytesWinOverThoseBefore) {
  ASSERT_OK_AND_ASSIGN(const Bytes bytes, window_.View(2048, 1024, 0, 0));

  EXPECT_EQ(bytes[1023], std::byte{15});
  EXPECT_THAT(disk_.reads(), ElementsAre(Request{12, 4}));
}

TEST_F(BlockWindowTest, StopsAtTheEndOfTheRange) {
  ASSERT_OK(window_.View(19 * 512, 512, 0, 1 << 20));

  EXPECT_THAT(disk_.reads(), ElementsAre(Request{26, 4}));
}

TEST_F(BlockWindowTest, RejectsBytesBeyondTheRange) {
  EXPECT_THAT(window_.View(20 * 512 - 1, 2), IsError(ErrorCode::kOutOfRange));
  EXPECT_THAT(window_.View(UINT64_MAX, 1), IsError(ErrorCode::kOutOfRange));
  EXPECT_EQ(disk_.read_call_count(), 0u);
}

TEST_F(BlockWindowTest, RejectsARangeBeyondTheDisk) {
  BlockWindow window({&disk_, 60, 20}, memory_.bytes());

  EXPECT_THAT(window.View(4 * 512, 1), IsError(ErrorCode::kOutOfRange));
}

TEST_F(BlockWindowTest, RejectsARangeBeyondAllNumbers) {
  BlockWindow window({&disk_, 60, UINT64_MAX}, memory_.bytes());

  EXPECT_THAT(window.View(0, 1), IsError(ErrorCode::kOutOfRange));
}

TEST_F(BlockWindowTest, RejectsMoreThanFits) {
  EXPECT_THAT(window_.View(1, 4 * 512), IsError(ErrorCode::kNoMemory));
}

TEST_F(BlockWindowTest, DoesWithoutReadAheadThatFails) {
  disk_.FailReads({.lba = 13, .times = FakeBlockDevice::Failure::kAlways});

  ASSERT_OK_AND_ASSIGN(const Bytes bytes, window_.View(1024, 512, 0, 4096));

  EXPECT_THAT(bytes, Each(std::byte{12}));
}

TEST_F(BlockWindowTest, ShowsNothingAfterAFailure) {
  ASSERT_OK(window_.View(0, 512));
  disk_.FailReads({.lba = 15, .times = 1});

  EXPECT_THAT(window_.View(5 * 512, 1), IsError(ErrorCode::kDeviceError));

  EXPECT_FALSE(window_.Visible(0, 1).has_value());
  EXPECT_THAT(window_.View(5 * 512, 1), IsOk());
}

TEST_F(BlockWindowTest, ReadsAgainOnceInvalidated) {
  ASSERT_OK(window_.View(0, 512));

  window_.Invalidate();

  ASSERT_OK(window_.View(0, 512));
  EXPECT_EQ(disk_.read_call_count(), 2u);
}

TEST_F(BlockWindowTest, TakesOverWhatWasWrittenWhereItOverlaps) {
  ASSERT_OK(window_.View(512, 512));
  const std::vector<std::byte> written(1024, std::byte{0x77});

  window_.Update(0, written);
  window_.Update(4096, written);

  const auto shown = window_.Visible(512, 512);
  ASSERT_TRUE(shown.has_value());
  EXPECT_THAT(*shown, Each(std::byte{0x77}));
  EXPECT_EQ(disk_.read_call_count(), 1u);
}

TEST_F(BlockWindowTest, TakesOverNothingThatItDoesNotShow) {
  ASSERT_OK(window_.View(512, 512));
  const std::vector<std::byte> written(512, std::byte{0x77});

  window_.Update(0, written);
  window_.Update(1024 + 3 * 512, written);

  EXPECT_FALSE(window_.Visible(0, 1).has_value());
  ASSERT_OK_AND_ASSIGN(const Bytes bytes, window_.View(512, 512));
  EXPECT_THAT(bytes, Each(std::byte{11}));
}

}  // namespace
}  // namespace flint::block
