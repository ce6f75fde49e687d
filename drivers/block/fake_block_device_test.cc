// SPDX-License-Identifier: Apache-2.0
#include "drivers/block/fake_block_device.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

#include "drivers/block/aligned_buffer.h"
#include "drivers/block/block_device.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "testing/result_matchers.h"

namespace flint::block {
namespace {

using ::flint::testing::IsError;
using ::flint::testing::IsOk;
using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using Request = FakeBlockDevice::Request;

std::vector<std::byte> Zeros(size_t size_bytes) {
  return std::vector<std::byte>(size_bytes);
}

TEST(FakeBlockDevice, CompletesTheLastBlockWithZeros) {
  FakeBlockDevice disk(Zeros(4097), {.block_size_bytes = 4096});

  EXPECT_EQ(disk.geometry().block_count, 2u);
  EXPECT_EQ(disk.contents().size(), 8192u);
}

TEST(FakeBlockDevice, WritesWhatItLaterReads) {
  FakeBlockDevice disk(Zeros(8 * 512));
  AlignedBuffer out(1024);
  AlignedBuffer in(1024);
  std::ranges::fill(out.bytes(), std::byte{7});
  const std::array written{ConstBlockExtent{2, out.bytes()}};
  const std::array read{BlockExtent{2, in.bytes()}};

  ASSERT_OK(disk.Write(written));
  ASSERT_OK(disk.Read(read));

  EXPECT_THAT(in.bytes(), Each(std::byte{7}));
  EXPECT_THAT(disk.writes(), ElementsAre(Request{2, 2}));
}

TEST(FakeBlockDevice, FailsAsOftenAsAskedAndLeavesGarbage) {
  FakeBlockDevice disk(Zeros(8 * 512));
  disk.FailReads({.lba = 3, .times = 2});
  AlignedBuffer buffer(1024);
  const std::array extents{BlockExtent{2, buffer.bytes()}};

  EXPECT_THAT(disk.Read(extents), IsError(ErrorCode::kDeviceError));
  EXPECT_THAT(buffer.bytes(), Each(Not(std::byte{0})));
  EXPECT_THAT(disk.Read(extents), IsError(ErrorCode::kDeviceError));
  EXPECT_THAT(disk.Read(extents), IsOk());
  EXPECT_THAT(buffer.bytes(), Each(std::byte{0}));
}

TEST(FakeBlockDevice, ReadsOtherBlocksDespiteAFailure) {
  FakeBlockDevice disk(Zeros(8 * 512));
  disk.FailReads({.lba = 3, .times = FakeBlockDevice::Failure::kAlways});
  AlignedBuffer buffer(512);
  const std::array before{BlockExtent{2, buffer.bytes()}};
  const std::array after{BlockExtent{4, buffer.bytes()}};

  EXPECT_THAT(disk.Read(before), IsOk());
  EXPECT_THAT(disk.Read(after), IsOk());
}

TEST(FakeBlockDevice, RefusesOverlappingBuffers) {
  FakeBlockDevice disk(Zeros(8 * 512));
  AlignedBuffer buffer(1024);
  const std::array extents{BlockExtent{0, buffer.bytes()},
                           BlockExtent{4, buffer.bytes().last(512)}};

  EXPECT_THAT(disk.Read(extents), IsError(ErrorCode::kInvalidArgument));
}

TEST(FakeBlockDevice, CountsBytesThatAreNotDurable) {
  FakeBlockDevice disk(Zeros(8 * 512));
  AlignedBuffer buffer(512);
  const std::array extents{ConstBlockExtent{0, buffer.bytes()}};
  ASSERT_OK(disk.Write(extents));
  EXPECT_EQ(disk.unflushed_byte_count(), 512u);
  disk.FailFlushes({});

  EXPECT_THAT(disk.Flush(), IsError(ErrorCode::kDeviceError));
  EXPECT_EQ(disk.unflushed_byte_count(), 512u);
  EXPECT_THAT(disk.Flush(), IsOk());
  EXPECT_EQ(disk.unflushed_byte_count(), 0u);
}

TEST(FakeBlockDevice, FailsWritesWithoutChangingTheDisk) {
  FakeBlockDevice disk(Zeros(8 * 512));
  disk.FailWrites({.lba = 1});
  AlignedBuffer buffer(512);
  std::ranges::fill(buffer.bytes(), std::byte{7});
  const std::array extents{ConstBlockExtent{1, buffer.bytes()}};

  EXPECT_THAT(disk.Write(extents), IsError(ErrorCode::kDeviceError));

  EXPECT_THAT(disk.contents(), Not(Contains(std::byte{7})));
}

TEST(FakeBlockDevice, TransfersNothingOnceQuiesced) {
  FakeBlockDevice disk(Zeros(8 * 512));
  AlignedBuffer buffer(512);
  const std::array read{BlockExtent{1, buffer.bytes()}};
  const std::array written{ConstBlockExtent{1, buffer.bytes()}};

  ASSERT_OK(disk.Quiesce());

  EXPECT_THAT(disk.Quiesce(), IsOk());
  EXPECT_THAT(disk.Read(read), IsError(ErrorCode::kDeviceError));
  EXPECT_THAT(disk.Write(written), IsError(ErrorCode::kDeviceError));
  EXPECT_THAT(disk.Flush(), IsError(ErrorCode::kDeviceError));
}

TEST(FakeBlockDevice, ForgetsStatistics) {
  FakeBlockDevice disk(Zeros(8 * 512));
  AlignedBuffer buffer(512);
  const std::array extents{BlockExtent{0, buffer.bytes()}};
  ASSERT_OK(disk.Read(extents));

  disk.ClearStatistics();

  EXPECT_THAT(disk.reads(), IsEmpty());
  EXPECT_EQ(disk.read_call_count(), 0u);
  EXPECT_EQ(disk.largest_batch(), 0u);
}

}  // namespace
}  // namespace flint::block
