// SPDX-License-Identifier: Apache-2.0
#include "drivers/block/block_batch.h"

#include <array>
#include <cstddef>
#include <span>
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

class BlockBatchTest : public ::testing::Test {
 protected:
  std::span<std::byte> Block(size_t index, size_t count = 1) {
    return buffer_.bytes().subspan(index * 512, count * 512);
  }

  FakeBlockDevice disk_{NumberedBlocks(64)};
  AlignedBuffer buffer_{16 * 512};
  std::array<BlockExtent, 2> storage_{};
  BlockBatch batch_{disk_, storage_};
};

TEST_F(BlockBatchTest, ReadsNothingBeforeItIsSubmitted) {
  ASSERT_OK(batch_.Add({3, Block(0)}));

  EXPECT_EQ(disk_.read_call_count(), 0u);
  ASSERT_OK(batch_.Submit());
  EXPECT_THAT(Block(0), Each(std::byte{3}));
}

TEST_F(BlockBatchTest, MergesNeighboursOnDiskAndInMemory) {
  ASSERT_OK(batch_.Add({3, Block(0, 2)}));
  ASSERT_OK(batch_.Add({5, Block(2)}));
  ASSERT_OK(batch_.Add({6, Block(3)}));
  ASSERT_OK(batch_.Submit());

  EXPECT_THAT(disk_.reads(), ElementsAre(Request{3, 4}));
  EXPECT_THAT(Block(3), Each(std::byte{6}));
}

TEST_F(BlockBatchTest, KeepsNeighboursOnDiskThatAreApartInMemory) {
  ASSERT_OK(batch_.Add({3, Block(0)}));
  ASSERT_OK(batch_.Add({4, Block(2)}));
  ASSERT_OK(batch_.Submit());

  EXPECT_THAT(disk_.reads(), ElementsAre(Request{3, 1}, Request{4, 1}));
  EXPECT_EQ(disk_.largest_batch(), 2u);
}

TEST_F(BlockBatchTest, KeepsNeighboursInMemoryThatAreApartOnDisk) {
  ASSERT_OK(batch_.Add({3, Block(0)}));
  ASSERT_OK(batch_.Add({3, Block(1)}));
  ASSERT_OK(batch_.Submit());

  EXPECT_THAT(disk_.reads(), ElementsAre(Request{3, 1}, Request{3, 1}));
}

TEST_F(BlockBatchTest, SubmitsWhenFullAndStartsAnew) {
  ASSERT_OK(batch_.Add({10, Block(0)}));
  ASSERT_OK(batch_.Add({20, Block(1)}));
  ASSERT_OK(batch_.Add({30, Block(2)}));
  EXPECT_EQ(disk_.read_call_count(), 1u);
  ASSERT_OK(batch_.Submit());

  EXPECT_EQ(disk_.read_call_count(), 2u);
  EXPECT_THAT(Block(2), Each(std::byte{30}));
}

TEST_F(BlockBatchTest, MergesIntoAFullBatchWithoutSubmitting) {
  ASSERT_OK(batch_.Add({10, Block(0)}));
  ASSERT_OK(batch_.Add({20, Block(1)}));
  ASSERT_OK(batch_.Add({21, Block(2)}));

  EXPECT_EQ(disk_.read_call_count(), 0u);
}

TEST_F(BlockBatchTest, IgnoresEmptyExtents) {
  ASSERT_OK(batch_.Add({10, {}}));
  ASSERT_OK(batch_.Submit());

  EXPECT_EQ(disk_.read_call_count(), 0u);
}

TEST_F(BlockBatchTest, LeavesBrokenExtentsForTheDeviceToRefuse) {
  ASSERT_OK(batch_.Add({10, Block(0).first(100)}));
  ASSERT_OK(batch_.Add({10, Block(0).subspan(100, 412)}));

  EXPECT_THAT(batch_.Submit(), IsError(ErrorCode::kInvalidArgument));
}

TEST_F(BlockBatchTest, IsEmptyAfterAFailure) {
  disk_.FailReads({.lba = 10});
  ASSERT_OK(batch_.Add({10, Block(0)}));

  EXPECT_THAT(batch_.Submit(), IsError(ErrorCode::kDeviceError));
  EXPECT_THAT(batch_.Submit(), IsOk());
  EXPECT_EQ(disk_.read_call_count(), 1u);
}

TEST_F(BlockBatchTest, ReportsTheFailureOfASubmissionItCauses) {
  disk_.FailReads({.lba = 20});
  ASSERT_OK(batch_.Add({10, Block(0)}));
  ASSERT_OK(batch_.Add({20, Block(1)}));

  EXPECT_THAT(batch_.Add({30, Block(2)}), IsError(ErrorCode::kDeviceError));
}

TEST_F(BlockBatchTest, ForgetsWhatIsDiscarded) {
  ASSERT_OK(batch_.Add({10, Block(0)}));

  batch_.Discard();

  ASSERT_OK(batch_.Add({11, Block(1)}));
  ASSERT_OK(batch_.Submit());
  EXPECT_THAT(disk_.reads(), ElementsAre(Request{11, 1}));
}

TEST_F(BlockBatchTest, NeedsStorage) {
  BlockBatch batch(disk_, {});

  EXPECT_THAT(batch.Add({10, Block(0)}), IsError(ErrorCode::kNoMemory));
}

}  // namespace
}  // namespace flint::block
