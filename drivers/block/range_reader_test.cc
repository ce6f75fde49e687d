// SPDX-License-Identifier: Apache-2.0
#include "drivers/block/range_reader.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "drivers/block/aligned_buffer.h"
#include "drivers/block/block_batch.h"
#include "drivers/block/block_device.h"
#include "drivers/block/fake_block_device.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "testing/result_matchers.h"

namespace flint::block {
namespace {

using ::flint::testing::IsError;
using ::testing::ElementsAre;
using Request = FakeBlockDevice::Request;

constexpr size_t kDiskSize = size_t{64} * 4096;

/// Bytes that tell their place.
std::vector<std::byte> Pattern() {
  std::vector<std::byte> contents(kDiskSize);
  for (size_t i = 0; i < contents.size(); ++i) {
    contents[i] = static_cast<std::byte>(i * 31 + i / 512 * 7);
  }
  return contents;
}

class RangeReaderTest : public ::testing::TestWithParam<uint32_t> {
 protected:
  static constexpr uint64_t kFirstLba = 2;

  uint32_t block_size() const { return GetParam(); }

  /// What the disk holds at `offset` of the range.
  std::vector<std::byte> Expected(uint64_t offset, size_t size) {
    const auto bytes =
        disk_.contents().subspan(kFirstLba * block_size() + offset, size);
    return {bytes.begin(), bytes.end()};
  }

  FakeBlockDevice disk_{Pattern(), {.block_size_bytes = GetParam()}};
  AlignedBuffer bounce_{8192};
  AlignedBuffer buffer_{size_t{32} * 4096};
  RangeReader reader_{
      {&disk_, kFirstLba, disk_.geometry().block_count - kFirstLba},
      bounce_.bytes()};
  std::array<BlockExtent, 4> storage_{};
  BlockBatch batch_{disk_, storage_};
};

TEST_P(RangeReaderTest, ReadsAnyBytesToAnyAddress) {
  for (const uint64_t offset :
       {0ul, 1ul, 511ul, 512ul, 513ul, 4095ul, 4096ul, 8191ul}) {
    for (const size_t size :
         {1ul, 511ul, 512ul, 4096ul, 4097ul, 9000ul, 50000ul}) {
      for (const size_t shift : {0ul, 1ul, 256ul, 511ul, 512ul}) {
        const MutableBytes out = buffer_.bytes().subspan(shift, size);
        std::ranges::fill(buffer_.bytes(), std::byte{0x5a});

        ASSERT_OK(reader_.Read(offset, out));

        ASSERT_TRUE(std::ranges::equal(out, Expected(offset, size)))
            << offset << " " << size << " " << shift;
        ASSERT_EQ(buffer_.bytes()[shift + size], std::byte{0x5a});
      }
    }
  }
}

TEST_P(RangeReaderTest, ReadsAnyBytesThroughABatchWithinTheRoomGiven) {
  for (const uint64_t offset : {0ul, 1ul, 512ul, 4095ul, 4096ul}) {
    for (const size_t size : {1ul, 512ul, 4096ul, 4097ul, 50000ul}) {
      for (const size_t room : {size, size + 511, size + 4095}) {
        const MutableBytes out = buffer_.bytes().first(room);
        std::ranges::fill(buffer_.bytes(), std::byte{0x5a});

        ASSERT_OK(reader_.ReadInto(offset, size, out, batch_));
        ASSERT_OK(batch_.Submit());

        ASSERT_TRUE(std::ranges::equal(out.first(size), Expected(offset, size)))
            << offset << " " << size << " " << room;
        ASSERT_EQ(buffer_.bytes()[room], std::byte{0x5a});
      }
    }
  }
}

TEST_P(RangeReaderTest, LeavesAlignedReadsToTheBatch) {
  const size_t size = size_t{4} * 4096 - 1;

  ASSERT_OK(reader_.ReadInto(0, size, buffer_.bytes().first(16384), batch_));
  EXPECT_EQ(disk_.read_call_count(), 0u);
  ASSERT_OK(batch_.Submit());

  EXPECT_THAT(disk_.reads(),
              ElementsAre(Request{kFirstLba, 16384 / block_size()}));
}

TEST_P(RangeReaderTest, ReadsLongMisalignedStretchesInThreeRequests) {
  ASSERT_OK(reader_.Read(100, buffer_.bytes().subspan(3, 100000)));

  EXPECT_LE(disk_.reads().size(), 3u);
}

TEST_P(RangeReaderTest, ReadsShortPiecesInOneRequest) {
  ASSERT_OK(reader_.Read(4000, buffer_.bytes().subspan(3, 1000)));
  ASSERT_OK(reader_.Read(4001, buffer_.bytes().subspan(3, 500)));

  EXPECT_EQ(disk_.read_call_count(), 1u);
}

TEST_P(RangeReaderTest, RejectsBytesBeyondTheRange) {
  const uint64_t end = kDiskSize - kFirstLba * block_size();

  EXPECT_THAT(reader_.Read(end - 1, buffer_.bytes().first(2)),
              IsError(ErrorCode::kOutOfRange));
  EXPECT_THAT(reader_.Read(end, buffer_.bytes().first(8192)),
              IsError(ErrorCode::kOutOfRange));
  EXPECT_THAT(reader_.ReadInto(end, 4096, buffer_.bytes().first(4096), batch_),
              IsError(ErrorCode::kOutOfRange));
}

TEST_P(RangeReaderTest, ReportsWhatTheDiskReports) {
  disk_.FailReads({.lba = kFirstLba, .times = 2});

  EXPECT_THAT(reader_.Read(1, buffer_.bytes().first(2)),
              IsError(ErrorCode::kDeviceError));
  EXPECT_THAT(reader_.Read(0, buffer_.bytes().first(65536)),
              IsError(ErrorCode::kDeviceError));
}

INSTANTIATE_TEST_SUITE_P(BlockSizes,
                         RangeReaderTest,
                         ::testing::Values(512, 1024, 4096));

}  // namespace
}  // namespace flint::block
