// SPDX-License-Identifier: Apache-2.0
#include "drivers/block/block_device.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "drivers/block/aligned_buffer.h"
#include "drivers/block/fake_block_device.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "testing/result_matchers.h"

namespace flint::block {
namespace {

using ::flint::testing::IsError;
using ::flint::testing::IsOk;

std::vector<std::byte> Zeros(size_t size_bytes) {
  return std::vector<std::byte>(size_bytes);
}

TEST(BlockDevice, ReadsUpToTheLastBlock) {
  FakeBlockDevice disk(Zeros(8 * 512));
  disk.contents()[7 * 512] = std::byte{42};
  AlignedBuffer buffer(512);
  const std::array extents{BlockExtent{7, buffer.bytes()}};

  ASSERT_OK(disk.Read(extents));

  EXPECT_EQ(buffer.bytes()[0], std::byte{42});
}

TEST(BlockDevice, RejectsPartOfABlock) {
  FakeBlockDevice disk(Zeros(8 * 4096), {.block_size_bytes = 4096});
  AlignedBuffer buffer(512);
  const std::array extents{BlockExtent{0, buffer.bytes()}};

  EXPECT_THAT(disk.Read(extents), IsError(ErrorCode::kInvalidArgument));
}

TEST(BlockDevice, RejectsMisalignedBuffer) {
  FakeBlockDevice disk(Zeros(8 * 512));
  AlignedBuffer buffer(1024);
  const std::array extents{BlockExtent{0, buffer.bytes().subspan(256, 512)}};

  EXPECT_THAT(disk.Read(extents), IsError(ErrorCode::kInvalidArgument));
}

TEST(BlockDevice, AcceptsBufferAlignedTo512OnLargerBlocks) {
  FakeBlockDevice disk(Zeros(8 * 4096), {.block_size_bytes = 4096});
  AlignedBuffer buffer(512 + 4096);
  const std::array extents{BlockExtent{0, buffer.bytes().subspan(512)}};

  EXPECT_THAT(disk.Read(extents), IsOk());
}

TEST(BlockDevice, RejectsBlocksBeyondTheEnd) {
  FakeBlockDevice disk(Zeros(8 * 512));
  AlignedBuffer buffer(1024);
  const std::array across{BlockExtent{7, buffer.bytes()}};
  const std::array after{BlockExtent{8, buffer.bytes().first(512)}};
  const std::array wrapping{
      BlockExtent{std::numeric_limits<uint64_t>::max(), buffer.bytes()}};

  EXPECT_THAT(disk.Read(across), IsError(ErrorCode::kOutOfRange));
  EXPECT_THAT(disk.Read(after), IsError(ErrorCode::kOutOfRange));
  EXPECT_THAT(disk.Read(wrapping), IsError(ErrorCode::kOutOfRange));
}

TEST(BlockDevice, ChecksEveryExtentBeforeReadingAny) {
  FakeBlockDevice disk(Zeros(8 * 512));
  AlignedBuffer buffer(1024);
  const std::array extents{BlockExtent{0, buffer.bytes().first(512)},
                           BlockExtent{8, buffer.bytes().last(512)}};

  EXPECT_THAT(disk.Read(extents), IsError(ErrorCode::kOutOfRange));

  EXPECT_EQ(disk.read_call_count(), 0u);
}

TEST(BlockDevice, ChecksWritesLikeReads) {
  FakeBlockDevice disk(Zeros(8 * 512));
  AlignedBuffer buffer(1024);
  const std::array misaligned{
      ConstBlockExtent{0, buffer.bytes().subspan(1, 512)}};
  const std::array partial{ConstBlockExtent{0, buffer.bytes().first(511)}};
  const std::array beyond{ConstBlockExtent{7, buffer.bytes()}};

  EXPECT_THAT(disk.Write(misaligned), IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(disk.Write(partial), IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(disk.Write(beyond), IsError(ErrorCode::kOutOfRange));
  EXPECT_EQ(disk.write_call_count(), 0u);
}

TEST(BlockDevice, RefusesToWriteToAReadOnlyDisk) {
  FakeBlockDevice disk(Zeros(8 * 512), {.read_only = true});
  AlignedBuffer buffer(512);
  const std::array extents{ConstBlockExtent{0, buffer.bytes()}};

  EXPECT_THAT(disk.Write(extents), IsError(ErrorCode::kReadOnly));

  EXPECT_EQ(disk.write_call_count(), 0u);
}

}  // namespace
}  // namespace flint::block
