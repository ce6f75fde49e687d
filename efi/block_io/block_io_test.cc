// SPDX-License-Identifier: Apache-2.0
#include "efi/block_io/block_io.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "efi/block_io/test_disk.h"
#include "efi/environment/host_environment.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace flint::efi {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr uint32_t kBlockSize = 512;
constexpr uint64_t kFirstLba = 40;
constexpr uint64_t kBlockCount = 100;
constexpr abi::UINT32 kMediaId = 0;

/// A partition in the middle of a disk, as an image uses it.
class BlockIoTest : public ::testing::Test {
 protected:
  uint64_t OffsetOf(uint64_t lba) const {
    return (kFirstLba + lba) * kBlockSize;
  }

  abi::EFI_STATUS Read(abi::UINT32 media_id,
                       uint64_t lba,
                       size_t size,
                       void* buffer) {
    return io_->ReadBlocks(io_, media_id, lba, size, buffer);
  }
  abi::EFI_STATUS Write(abi::UINT32 media_id,
                        uint64_t lba,
                        size_t size,
                        void* buffer) {
    return io_->WriteBlocks(io_, media_id, lba, size, buffer);
  }

  abi::EFI_EVENT CreateEvent() {
    abi::EFI_EVENT event = nullptr;
    host_.boot_services().CreateEvent(0, 0, nullptr, nullptr, &event);
    return event;
  }
  bool TakeSignal(abi::EFI_EVENT event) {
    return host_.boot_services().CheckEvent(event) == abi::EFI_SUCCESS;
  }

  HostEnvironment host_;
  TestDisk disk_;
  BlockMedia media_{
      disk_.cache, kFirstLba, kBlockCount, BlockMedia::Kind::kPartition};
  BlockIo block_io_{media_};
  BlockIo2 block_io2_{media_, host_.environment().events()};
  abi::EFI_BLOCK_IO_PROTOCOL* io_ = &block_io_;
  abi::EFI_BLOCK_IO2_PROTOCOL* io2_ = &block_io2_;
  std::vector<std::byte> buffer_ = std::vector<std::byte>(8 * kBlockSize);
  void* bytes_ = buffer_.data();
};

TEST_F(BlockIoTest, DescribesAPartition) {
  EXPECT_EQ(io_->Revision, abi::EFI_BLOCK_IO_PROTOCOL_REVISION3);
  EXPECT_EQ(io_->Media, io2_->Media);
  const abi::EFI_BLOCK_IO_MEDIA& media = *io_->Media;
  EXPECT_EQ(media.LogicalPartition, abi::TRUE);
  EXPECT_EQ(media.MediaPresent, abi::TRUE);
  EXPECT_EQ(media.RemovableMedia, abi::FALSE);
  EXPECT_EQ(media.ReadOnly, abi::FALSE);
  EXPECT_EQ(media.WriteCaching, abi::TRUE);
  EXPECT_EQ(media.BlockSize, kBlockSize);
  EXPECT_EQ(media.LastBlock, kBlockCount - 1);
  EXPECT_LE(media.IoAlign, 1u);
  EXPECT_EQ(media.LowestAlignedLba, 0u);
}

TEST_F(BlockIoTest, DescribesAReadOnlyDisk) {
  TestDisk disk({.block_size_bytes = 4096, .read_only = true});
  BlockMedia media(disk.cache,
                   0,
                   disk.cache.geometry().block_count,
                   BlockMedia::Kind::kDisk);

  EXPECT_EQ(media.abi_media()->LogicalPartition, abi::FALSE);
  EXPECT_EQ(media.abi_media()->ReadOnly, abi::TRUE);
  EXPECT_EQ(media.abi_media()->WriteCaching, abi::FALSE);
  EXPECT_EQ(media.abi_media()->BlockSize, 4096u);
  EXPECT_EQ(media.abi_media()->LastBlock, TestDisk::kSizeBytes / 4096 - 1);
}

TEST_F(BlockIoTest, ReadsBlocksOfThePartition) {
  EXPECT_EQ(Read(kMediaId, 0, buffer_.size(), bytes_), abi::EFI_SUCCESS);
  EXPECT_TRUE(disk_.Holds(OffsetOf(0), buffer_));

  EXPECT_EQ(Read(kMediaId, kBlockCount - 8, buffer_.size(), bytes_),
            abi::EFI_SUCCESS);
  EXPECT_TRUE(disk_.Holds(OffsetOf(kBlockCount - 8), buffer_));
}

TEST_F(BlockIoTest, ReadsToAnyAddress) {
  std::vector<std::byte> out(kBlockSize + 1);

  EXPECT_EQ(Read(kMediaId, 3, kBlockSize, out.data() + 1), abi::EFI_SUCCESS);

  EXPECT_TRUE(disk_.Holds(OffsetOf(3), std::span(out).subspan(1)));
}

TEST_F(BlockIoTest, WritesBlocksOfThePartition) {
  std::ranges::fill(buffer_, std::byte{0x42});

  EXPECT_EQ(Write(kMediaId, 5, buffer_.size(), bytes_), abi::EFI_SUCCESS);

  EXPECT_TRUE(disk_.Holds(OffsetOf(5), buffer_));
  std::vector<std::byte> back(buffer_.size());
  EXPECT_EQ(Read(kMediaId, 5, back.size(), back.data()), abi::EFI_SUCCESS);
  EXPECT_EQ(back, buffer_);
}

TEST_F(BlockIoTest, RefusesOtherMediaBeforeAllElse) {
  EXPECT_EQ(Read(1, 0, kBlockSize, bytes_), abi::EFI_MEDIA_CHANGED);
  EXPECT_EQ(Read(1, kBlockCount, 1, nullptr), abi::EFI_MEDIA_CHANGED);
  EXPECT_EQ(Write(1, 0, kBlockSize, bytes_), abi::EFI_MEDIA_CHANGED);
  EXPECT_EQ(Write(1, kBlockCount, 1, nullptr), abi::EFI_MEDIA_CHANGED);
}

TEST_F(BlockIoTest, SaysWhenThereIsNoMedia) {
  io_->Media->MediaPresent = abi::FALSE;

  EXPECT_EQ(Read(1, 0, kBlockSize, bytes_), abi::EFI_NO_MEDIA);
  EXPECT_EQ(Write(kMediaId, 0, kBlockSize, bytes_), abi::EFI_NO_MEDIA);
  EXPECT_EQ(io_->FlushBlocks(io_), abi::EFI_NO_MEDIA);
}

TEST_F(BlockIoTest, RefusesIncompleteBlocks) {
  for (const size_t size :
       {size_t{1}, size_t{kBlockSize} - 1, size_t{kBlockSize} + 1}) {
    EXPECT_EQ(Read(kMediaId, 0, size, bytes_), abi::EFI_BAD_BUFFER_SIZE);
    EXPECT_EQ(Write(kMediaId, 0, size, bytes_), abi::EFI_BAD_BUFFER_SIZE);
  }
}

TEST_F(BlockIoTest, RefusesBlocksBeyondThePartition) {
  for (const uint64_t lba :
       {kBlockCount, kBlockCount - 1, UINT64_MAX, UINT64_MAX - 1}) {
    EXPECT_EQ(Read(kMediaId, lba, 2 * kBlockSize, bytes_),
              abi::EFI_INVALID_PARAMETER);
    EXPECT_EQ(Write(kMediaId, lba, 2 * kBlockSize, bytes_),
              abi::EFI_INVALID_PARAMETER);
  }
  EXPECT_EQ(Read(kMediaId, 1, UINT64_MAX - 511, bytes_),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_THAT(disk_.device.reads(), IsEmpty());
  EXPECT_THAT(disk_.device.writes(), IsEmpty());
}

TEST_F(BlockIoTest, RefusesNoBufferAndNoProtocol) {
  EXPECT_EQ(Read(kMediaId, 0, kBlockSize, nullptr), abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(Write(kMediaId, 0, kBlockSize, nullptr),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(io_->ReadBlocks(nullptr, kMediaId, 0, kBlockSize, bytes_),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(io_->WriteBlocks(nullptr, kMediaId, 0, kBlockSize, bytes_),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(io_->FlushBlocks(nullptr), abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(io_->Reset(nullptr, abi::FALSE), abi::EFI_INVALID_PARAMETER);
}

TEST_F(BlockIoTest, DoesNothingForNoBytes) {
  EXPECT_EQ(Read(kMediaId, 0, 0, bytes_), abi::EFI_SUCCESS);
  EXPECT_EQ(Write(kMediaId, 0, 0, bytes_), abi::EFI_SUCCESS);

  EXPECT_THAT(disk_.device.reads(), IsEmpty());
  EXPECT_THAT(disk_.device.writes(), IsEmpty());
}

TEST_F(BlockIoTest, RefusesToWriteToAReadOnlyDisk) {
  TestDisk disk({.read_only = true});
  BlockMedia media(disk.cache, 0, 8, BlockMedia::Kind::kDisk);
  BlockIo io(media);

  EXPECT_EQ(io.WriteBlocks(&io, kMediaId, 0, kBlockSize, bytes_),
            abi::EFI_WRITE_PROTECTED);
  EXPECT_EQ(io.WriteBlocks(&io, 7, 0, kBlockSize, bytes_),
            abi::EFI_MEDIA_CHANGED);
  EXPECT_EQ(io.FlushBlocks(&io), abi::EFI_SUCCESS);
}

TEST_F(BlockIoTest, ReportsDeviceErrors) {
  disk_.device.FailReads({.lba = kFirstLba, .times = 2});
  disk_.device.FailWrites({.lba = kFirstLba});
  disk_.device.FailFlushes({});

  EXPECT_EQ(Read(kMediaId, 0, kBlockSize, bytes_), abi::EFI_DEVICE_ERROR);
  EXPECT_EQ(Write(kMediaId, 0, kBlockSize, bytes_), abi::EFI_DEVICE_ERROR);
  EXPECT_EQ(io_->FlushBlocks(io_), abi::EFI_DEVICE_ERROR);
}

TEST_F(BlockIoTest, FlushesToTheDisk) {
  EXPECT_EQ(Write(kMediaId, 0, kBlockSize, bytes_), abi::EFI_SUCCESS);

  EXPECT_EQ(io_->FlushBlocks(io_), abi::EFI_SUCCESS);

  EXPECT_EQ(disk_.device.flush_count(), 1u);
}

TEST_F(BlockIoTest, ResetLooksAtTheDiskAgain) {
  EXPECT_EQ(Read(kMediaId, 0, kBlockSize, bytes_), abi::EFI_SUCCESS);
  disk_.device.contents()[OffsetOf(0)] ^= std::byte{0xFF};

  EXPECT_EQ(io_->Reset(io_, abi::FALSE), abi::EFI_SUCCESS);
  EXPECT_EQ(Read(kMediaId, 0, kBlockSize, bytes_), abi::EFI_SUCCESS);
  EXPECT_TRUE(disk_.Holds(OffsetOf(0), std::span(buffer_).first(kBlockSize)));

  disk_.device.FailReads({.lba = kFirstLba, .times = 2});
  EXPECT_EQ(io_->Reset(io_, abi::TRUE), abi::EFI_DEVICE_ERROR);
  EXPECT_EQ(io2_->Reset(io2_, abi::TRUE), abi::EFI_SUCCESS);
}

TEST_F(BlockIoTest, WaitsForTheOutcomeWithoutAnEvent) {
  abi::EFI_BLOCK_IO2_TOKEN token{.Event = nullptr,
                                 .TransactionStatus = abi::EFI_NOT_READY};

  EXPECT_EQ(
      io2_->ReadBlocksEx(io2_, kMediaId, 2, nullptr, buffer_.size(), bytes_),
      abi::EFI_SUCCESS);
  EXPECT_TRUE(disk_.Holds(OffsetOf(2), buffer_));
  disk_.device.FailReads({.lba = kFirstLba + 90, .times = 2});
  io2_->Reset(io2_, abi::FALSE);
  EXPECT_EQ(io2_->ReadBlocksEx(io2_, kMediaId, 90, &token, kBlockSize, bytes_),
            abi::EFI_DEVICE_ERROR);
  EXPECT_EQ(token.TransactionStatus, abi::EFI_NOT_READY);
}

TEST_F(BlockIoTest, SignalsTheTokensEvent) {
  abi::EFI_BLOCK_IO2_TOKEN token{.Event = CreateEvent(),
                                 .TransactionStatus = abi::EFI_NOT_READY};

  EXPECT_EQ(
      io2_->ReadBlocksEx(io2_, kMediaId, 2, &token, buffer_.size(), bytes_),
      abi::EFI_SUCCESS);
  EXPECT_EQ(token.TransactionStatus, abi::EFI_SUCCESS);
  EXPECT_TRUE(TakeSignal(token.Event));
  EXPECT_TRUE(disk_.Holds(OffsetOf(2), buffer_));

  token.TransactionStatus = abi::EFI_NOT_READY;
  EXPECT_EQ(io2_->WriteBlocksEx(io2_, kMediaId, 2, &token, kBlockSize, bytes_),
            abi::EFI_SUCCESS);
  EXPECT_EQ(token.TransactionStatus, abi::EFI_SUCCESS);
  EXPECT_TRUE(TakeSignal(token.Event));

  token.TransactionStatus = abi::EFI_NOT_READY;
  EXPECT_EQ(io2_->FlushBlocksEx(io2_, &token), abi::EFI_SUCCESS);
  EXPECT_EQ(token.TransactionStatus, abi::EFI_SUCCESS);
  EXPECT_TRUE(TakeSignal(token.Event));
}

TEST_F(BlockIoTest, PutsADeviceErrorIntoTheToken) {
  disk_.device.FailWrites({.lba = kFirstLba});
  abi::EFI_BLOCK_IO2_TOKEN token{.Event = CreateEvent(),
                                 .TransactionStatus = abi::EFI_NOT_READY};

  EXPECT_EQ(io2_->WriteBlocksEx(io2_, kMediaId, 0, &token, kBlockSize, bytes_),
            abi::EFI_SUCCESS);

  EXPECT_EQ(token.TransactionStatus, abi::EFI_DEVICE_ERROR);
  EXPECT_TRUE(TakeSignal(token.Event));
}

TEST_F(BlockIoTest, AnswersBadParametersAtOnce) {
  abi::EFI_BLOCK_IO2_TOKEN token{.Event = CreateEvent(),
                                 .TransactionStatus = abi::EFI_NOT_READY};

  EXPECT_EQ(io2_->ReadBlocksEx(io2_, 9, 0, &token, kBlockSize, bytes_),
            abi::EFI_MEDIA_CHANGED);
  EXPECT_EQ(io2_->WriteBlocksEx(io2_, kMediaId, 0, &token, 7, bytes_),
            abi::EFI_BAD_BUFFER_SIZE);
  EXPECT_EQ(io2_->ReadBlocksEx(
                io2_, kMediaId, kBlockCount, &token, kBlockSize, bytes_),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(io2_->FlushBlocksEx(nullptr, &token), abi::EFI_INVALID_PARAMETER);

  EXPECT_EQ(token.TransactionStatus, abi::EFI_NOT_READY);
  EXPECT_FALSE(TakeSignal(token.Event));
}

TEST_F(BlockIoTest, RefusesATokenWhoseEventIsNone) {
  abi::EFI_BLOCK_IO2_TOKEN token{.Event = this,
                                 .TransactionStatus = abi::EFI_NOT_READY};

  EXPECT_EQ(io2_->WriteBlocksEx(io2_, kMediaId, 0, &token, kBlockSize, bytes_),
            abi::EFI_INVALID_PARAMETER);

  EXPECT_THAT(disk_.device.writes(), IsEmpty());
}

TEST_F(BlockIoTest, SharesTheCacheWithOtherUsersOfTheDisk) {
  BlockMedia whole(disk_.cache,
                   0,
                   disk_.cache.geometry().block_count,
                   BlockMedia::Kind::kDisk);
  BlockIo whole_io(whole);
  EXPECT_EQ(
      whole_io.ReadBlocks(&whole_io, kMediaId, kFirstLba, kBlockSize, bytes_),
      abi::EFI_SUCCESS);
  std::ranges::fill(buffer_, std::byte{0x99});
  EXPECT_EQ(Write(kMediaId, 0, kBlockSize, bytes_), abi::EFI_SUCCESS);

  std::array<std::byte, kBlockSize> seen{};
  EXPECT_EQ(whole_io.ReadBlocks(
                &whole_io, kMediaId, kFirstLba, seen.size(), seen.data()),
            abi::EFI_SUCCESS);

  EXPECT_EQ(seen[0], std::byte{0x99});
  EXPECT_THAT(disk_.device.reads(), SizeIs(1));
}

}  // namespace
}  // namespace flint::efi
