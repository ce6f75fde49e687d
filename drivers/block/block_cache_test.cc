// SPDX-License-Identifier: Apache-2.0
#include "drivers/block/block_cache.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <random>
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
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Request = FakeBlockDevice::Request;

constexpr uint64_t kKiB = 1024;
constexpr uint64_t kDiskBytes = 4096 * kKiB;

std::vector<std::byte> Pattern() {
  std::vector<std::byte> contents(kDiskBytes);
  for (size_t i = 0; i < contents.size(); ++i) {
    contents[i] = static_cast<std::byte>(i * 31 + i / 512 * 7);
  }
  return contents;
}

bool Equal(std::span<const std::byte> a, std::span<const std::byte> b) {
  return a.size() == b.size() &&
         (a.empty() || std::memcmp(a.data(), b.data(), a.size()) == 0);
}

class BlockCacheTest : public ::testing::TestWithParam<uint32_t> {
 protected:
  uint32_t block_size() const { return GetParam(); }

  /// The request for these bytes of the disk.
  Request RequestFor(uint64_t offset, uint64_t size) const {
    return {offset / block_size(), size / block_size()};
  }

  std::span<const std::byte> OnDisk(uint64_t offset, size_t size) {
    return disk_.contents().subspan(offset, size);
  }

  /// Reads by way of the cache, and checks what arrives.
  void ExpectRead(uint64_t offset, size_t size) {
    std::vector<std::byte> out(size);
    ASSERT_THAT(cache_.ReadBytes(offset, out), IsOk());
    EXPECT_TRUE(Equal(out, OnDisk(offset, size)))
        << size << " bytes at " << offset;
  }

  void ExpectReadToBuffer(uint64_t offset, size_t size, size_t address = 0) {
    const auto out = buffer_.bytes().subspan(address, size);
    ASSERT_THAT(cache_.ReadBytes(offset, out), IsOk());
    EXPECT_TRUE(Equal(out, OnDisk(offset, size)));
  }

  FakeBlockDevice disk_{Pattern(), {.block_size_bytes = GetParam()}};
  AlignedBuffer memory_{BlockCache::MemoryBytesFor(3)};
  AlignedBuffer buffer_{2048 * kKiB};
  BlockCache cache_{disk_, memory_.bytes()};
};

TEST_P(BlockCacheTest, LooksLikeTheDisk) {
  EXPECT_EQ(cache_.geometry().block_size_bytes, block_size());
  EXPECT_EQ(cache_.geometry().block_count, disk_.geometry().block_count);
  EXPECT_FALSE(cache_.geometry().read_only);
  EXPECT_EQ(cache_.name(), disk_.name());
}

TEST_P(BlockCacheTest, ServesNeighboursFromOneRequest) {
  for (uint64_t offset = 512 * kKiB; offset < 576 * kKiB; offset += 4 * kKiB) {
    ExpectRead(offset, 4 * kKiB);
  }
  ExpectRead(513 * kKiB + 7, 3000);

  EXPECT_THAT(disk_.reads(), ElementsAre(RequestFor(512 * kKiB, 64 * kKiB)));
}

TEST_P(BlockCacheTest, ReadsAheadOfAStreamInGrowingSteps) {
  for (uint64_t offset = 0; offset < 1024 * kKiB; offset += 32 * kKiB) {
    ExpectRead(offset, 32 * kKiB);
  }

  EXPECT_THAT(disk_.reads(),
              ElementsAre(RequestFor(0, 64 * kKiB),
                          RequestFor(64 * kKiB, 128 * kKiB),
                          RequestFor(192 * kKiB, 256 * kKiB),
                          RequestFor(448 * kKiB, 256 * kKiB),
                          RequestFor(704 * kKiB, 256 * kKiB),
                          RequestFor(960 * kKiB, 256 * kKiB)));
}

TEST_P(BlockCacheTest, FollowsAStreamThatSkipsALittle) {
  ExpectRead(0, 32 * kKiB);
  ExpectRead(68 * kKiB, 4 * kKiB);

  EXPECT_THAT(
      disk_.reads(),
      ElementsAre(RequestFor(0, 64 * kKiB), RequestFor(64 * kKiB, 128 * kKiB)));
}

TEST_P(BlockCacheTest, LetsNoStreamDriveOutOtherBlocks) {
  ExpectRead(3000 * kKiB, 4 * kKiB);
  for (uint64_t offset = 0; offset < 2048 * kKiB; offset += 32 * kKiB) {
    ExpectRead(offset, 32 * kKiB);
  }
  disk_.ClearStatistics();

  ExpectRead(3000 * kKiB, 4 * kKiB);

  EXPECT_THAT(disk_.reads(), IsEmpty());
}

TEST_P(BlockCacheTest, ForgetsWhatWasUsedLongestAgo) {
  ExpectRead(0, 1);
  ExpectRead(1024 * kKiB, 1);
  ExpectRead(2048 * kKiB, 1);
  ExpectRead(0, 1);
  ExpectRead(3072 * kKiB, 1);  // in place of the one at 1024 KiB
  disk_.ClearStatistics();

  ExpectRead(0, 1);
  ExpectRead(2048 * kKiB, 1);
  ExpectRead(3072 * kKiB, 1);
  EXPECT_THAT(disk_.reads(), IsEmpty());
  ExpectRead(1024 * kKiB, 1);
  EXPECT_THAT(disk_.reads(), SizeIs(1));
}

TEST_P(BlockCacheTest, ReadsLongPiecesStraight) {
  ExpectReadToBuffer(32 * kKiB, 1024 * kKiB);

  EXPECT_THAT(disk_.reads(), ElementsAre(RequestFor(32 * kKiB, 1024 * kKiB)));
}

TEST_P(BlockCacheTest, ReadsLongPiecesToMisalignedBuffersInTwoRequests) {
  ExpectReadToBuffer(0, 1024 * kKiB, 8);

  const uint64_t straight = 1024 * kKiB - block_size();
  EXPECT_THAT(disk_.reads(), SizeIs(2));
  EXPECT_EQ(disk_.reads()[0], RequestFor(0, straight));
}

TEST_P(BlockCacheTest, TakesTheStartOfALongPieceFromMemory) {
  ExpectRead(0, 4 * kKiB);
  disk_.ClearStatistics();

  ExpectReadToBuffer(32 * kKiB, 512 * kKiB);

  EXPECT_THAT(disk_.reads(), ElementsAre(RequestFor(64 * kKiB, 480 * kKiB)));
}

TEST_P(BlockCacheTest, ReadsAnyBytesToAnyAddress) {
  for (const uint64_t offset : {0u, 1u, 4096u, 65535u, 300000u}) {
    for (const size_t size : {0u, 1u, 512u, 70000u, 131072u, 200001u}) {
      for (const size_t address : {0u, 1u, 8u, 511u}) {
        cache_.Invalidate();
        ExpectReadToBuffer(offset, size, address);
      }
    }
  }
}

TEST_P(BlockCacheTest, PassesListsOfExtentsOnAsTheyAre) {
  const std::array extents{
      BlockExtent{8, buffer_.bytes().first(block_size())},
      BlockExtent{64, buffer_.bytes().subspan(32 * kKiB, block_size())}};

  EXPECT_THAT(cache_.Read(extents), IsOk());

  EXPECT_EQ(disk_.read_call_count(), 1u);
  EXPECT_THAT(disk_.reads(), ElementsAre(Request{8, 1}, Request{64, 1}));
  EXPECT_TRUE(Equal(extents[1].buffer,
                    OnDisk(uint64_t{64} * block_size(), block_size())));
}

TEST_P(BlockCacheTest, ReadsAheadForSingleExtents) {
  const BlockExtent extent{8, buffer_.bytes().first(block_size())};

  EXPECT_THAT(cache_.Read(std::span(&extent, 1)), IsOk());
  EXPECT_THAT(cache_.Read(std::span(&extent, 1)), IsOk());

  EXPECT_EQ(disk_.read_call_count(), 1u);
  EXPECT_TRUE(
      Equal(extent.buffer, OnDisk(uint64_t{8} * block_size(), block_size())));
}

TEST_P(BlockCacheTest, ReadsUpToTheEndOfTheDisk) {
  ExpectRead(kDiskBytes - 10, 10);

  EXPECT_THAT(disk_.reads(),
              ElementsAre(RequestFor(kDiskBytes - 32 * kKiB, 32 * kKiB)));
}

TEST_P(BlockCacheTest, RefusesWhatIsBeyondTheDisk) {
  std::array<std::byte, 16> bytes{};

  for (const uint64_t offset : {kDiskBytes - 15, kDiskBytes, UINT64_MAX - 7}) {
    EXPECT_THAT(cache_.ReadBytes(offset, bytes),
                IsError(ErrorCode::kOutOfRange));
    EXPECT_THAT(cache_.WriteBytes(offset, bytes),
                IsError(ErrorCode::kOutOfRange));
  }

  EXPECT_THAT(disk_.reads(), IsEmpty());
  EXPECT_THAT(disk_.writes(), IsEmpty());
}

TEST_P(BlockCacheTest, DoesNotFailForABlockNobodyAskedFor) {
  disk_.FailReads({.lba = 40 * kKiB / block_size(),
                   .times = FakeBlockDevice::Failure::kAlways});

  ExpectRead(0, 4 * kKiB);
  std::array<std::byte, 4096> bytes{};
  EXPECT_THAT(cache_.ReadBytes(40 * kKiB, bytes),
              IsError(ErrorCode::kDeviceError));
}

TEST_P(BlockCacheTest, RemembersNothingOfAFailedRead) {
  disk_.FailReads({.lba = 0, .times = 2});
  std::array<std::byte, 16> bytes{};
  EXPECT_THAT(cache_.ReadBytes(0, bytes), IsError(ErrorCode::kDeviceError));

  ExpectRead(0, 16);
}

TEST_P(BlockCacheTest, WritesWholeBlocksStraightToTheDisk) {
  std::ranges::fill(buffer_.bytes().first(64 * kKiB), std::byte{0xA5});

  EXPECT_THAT(cache_.WriteBytes(96 * kKiB, buffer_.bytes().first(64 * kKiB)),
              IsOk());

  EXPECT_THAT(disk_.reads(), IsEmpty());
  EXPECT_THAT(disk_.writes(), ElementsAre(RequestFor(96 * kKiB, 64 * kKiB)));
  EXPECT_TRUE(
      Equal(OnDisk(96 * kKiB, 64 * kKiB), buffer_.bytes().first(64 * kKiB)));
}

TEST_P(BlockCacheTest, ShowsWhatWasWritten) {
  ExpectRead(0, 32 * kKiB);
  ExpectRead(64 * kKiB, 32 * kKiB);
  std::vector<std::byte> data(40 * kKiB, std::byte{0x3C});

  EXPECT_THAT(cache_.WriteBytes(50 * kKiB + 3, data), IsOk());

  // The writer's own view and the disk's agree, and both have the data.
  ExpectRead(0, 192 * kKiB);
  EXPECT_TRUE(Equal(OnDisk(50 * kKiB + 3, data.size()), data));
}

TEST_P(BlockCacheTest, ShowsBlocksWrittenAsExtents) {
  ExpectRead(0, 4 * kKiB);
  std::ranges::fill(buffer_.bytes().first(block_size()), std::byte{0x77});
  const ConstBlockExtent extent{0, buffer_.bytes().first(block_size())};

  EXPECT_THAT(cache_.Write(std::span(&extent, 1)), IsOk());

  ExpectRead(0, 4 * kKiB);
  EXPECT_EQ(disk_.contents()[0], std::byte{0x77});
}

TEST_P(BlockCacheTest, WritesAnyBytesFromAnyAddress) {
  std::mt19937 random(1);
  std::vector<std::byte> expected = Pattern();
  for (int i = 0; i < 200; ++i) {
    const size_t size = 1 + random() % (i % 8 == 0 ? 100'000 : 3'000);
    const uint64_t offset = random() % (kDiskBytes - size);
    const auto data = buffer_.bytes().subspan(random() % 512, size);
    std::ranges::fill(data, static_cast<std::byte>(random()));

    ASSERT_THAT(cache_.WriteBytes(offset, data), IsOk());

    std::ranges::copy(data, std::span(expected).subspan(offset).begin());
    ExpectRead(random() % (kDiskBytes - 5'000), 5'000);
  }
  EXPECT_TRUE(Equal(disk_.contents(), expected));
}

TEST_P(BlockCacheTest, DropsBlocksThatMayHaveBeenWritten) {
  ExpectRead(0, 4 * kKiB);
  disk_.FailWrites({.lba = 0});
  std::array<std::byte, 16> data{};
  EXPECT_THAT(cache_.WriteBytes(0, data), IsError(ErrorCode::kDeviceError));
  // The disk did half of it after all.
  disk_.contents()[3] = std::byte{0xEE};

  ExpectRead(0, 16);
}

TEST_P(BlockCacheTest, WritesNothingIfABlockCannotBeCompleted) {
  disk_.FailReads({.lba = 0, .times = FakeBlockDevice::Failure::kAlways});
  std::array<std::byte, 16> data{};

  EXPECT_THAT(cache_.WriteBytes(1, data), IsError(ErrorCode::kDeviceError));

  EXPECT_THAT(disk_.writes(), IsEmpty());
}

TEST_P(BlockCacheTest, SeesWhatOthersWriteToTheDisk) {
  ExpectRead(0, 4 * kKiB);
  ExpectRead(64 * kKiB, 4 * kKiB);
  std::ranges::fill(buffer_.bytes().first(block_size()), std::byte{0x77});
  const ConstBlockExtent extent{0, buffer_.bytes().first(block_size())};

  EXPECT_THAT(disk_.Write(std::span(&extent, 1)), IsOk());

  ExpectRead(0, 4 * kKiB);
  // A write through the cache in between does not hide it.
  std::ranges::fill(buffer_.bytes().first(block_size()), std::byte{0x78});
  EXPECT_THAT(disk_.Write(std::span(&extent, 1)), IsOk());
  std::array<std::byte, 16> data{};
  EXPECT_THAT(cache_.WriteBytes(64 * kKiB, data), IsOk());
  ExpectRead(0, 4 * kKiB);
  EXPECT_EQ(cache_.write_count(), 3u);
}

TEST_P(BlockCacheTest, FlushesAndQuiescesTheDisk) {
  std::array<std::byte, 16> data{};
  EXPECT_THAT(cache_.WriteBytes(0, data), IsOk());
  EXPECT_GT(disk_.unflushed_byte_count(), 0u);

  EXPECT_THAT(cache_.Flush(), IsOk());
  EXPECT_THAT(cache_.Quiesce(), IsOk());

  EXPECT_EQ(disk_.unflushed_byte_count(), 0u);
  EXPECT_TRUE(disk_.quiesced());
}

TEST_P(BlockCacheTest, ForgetsEverythingWhenTold) {
  ExpectRead(0, 16);
  disk_.contents()[5] ^= std::byte{0xFF};

  cache_.Invalidate();

  ExpectRead(0, 16);
}

INSTANTIATE_TEST_SUITE_P(BlockSizes,
                         BlockCacheTest,
                         ::testing::Values(512, 4096));

TEST(BlockCache, RefusesToWriteToAReadOnlyDisk) {
  FakeBlockDevice disk(Pattern(), {.read_only = true});
  AlignedBuffer memory(BlockCache::MemoryBytesFor(1));
  BlockCache cache(disk, memory.bytes());
  std::array<std::byte, 512> data{};

  EXPECT_THAT(cache.WriteBytes(0, data), IsError(ErrorCode::kReadOnly));
}

// What GRUB does to find and load a kernel, by measure of its own cache: pieces
// of 32 KiB, metadata between runs of a file.
TEST(BlockCache, MakesABootLoadersReadsFew) {
  FakeBlockDevice disk(Pattern());
  AlignedBuffer memory(BlockCache::kGoodMemoryBytes);
  BlockCache cache(disk, memory.bytes());
  AlignedBuffer out(32 * kKiB);
  size_t asked = 0;
  const auto read = [&](uint64_t offset) {
    ++asked;
    ASSERT_THAT(cache.ReadBytes(offset, out.bytes()), IsOk());
  };

  for (uint64_t offset = 0; offset < 2048 * kKiB; offset += 32 * kKiB) {
    if (offset % (512 * kKiB) == 0) read(3072 * kKiB + offset / 4);
    read(offset);
  }

  EXPECT_LE(disk.reads().size() * 4, asked);
}

}  // namespace
}  // namespace flint::block
