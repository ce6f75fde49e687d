// SPDX-License-Identifier: Apache-2.0
#include "efi/block_io/disk_io.h"

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

constexpr uint64_t kBlockSize = 512;
constexpr uint64_t kFirstByte = 40 * kBlockSize;
constexpr uint64_t kSize = 100 * kBlockSize;
constexpr abi::UINT32 kMediaId = 0;

class DiskIoTest : public ::testing::Test {
 protected:
  abi::EFI_STATUS Read(uint64_t offset, size_t size) {
    buffer_.assign(size, std::byte{0xCC});
    return io_->ReadDisk(io_, kMediaId, offset, size, buffer_.data());
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
  BlockMedia media_{disk_.cache, 40, 100, BlockMedia::Kind::kPartition};
  DiskIo disk_io_{media_};
  DiskIo2 disk_io2_{media_, host_.environment().events()};
  abi::EFI_DISK_IO_PROTOCOL* io_ = &disk_io_;
  abi::EFI_DISK_IO2_PROTOCOL* io2_ = &disk_io2_;
  std::vector<std::byte> buffer_ = std::vector<std::byte>(kBlockSize);
};

TEST_F(DiskIoTest, ReadsAnyBytes) {
  for (const uint64_t offset : {0u, 1u, 511u, 512u, 5000u}) {
    for (const size_t size : {1u, 512u, 1000u, 40000u}) {
      ASSERT_EQ(Read(offset, size), abi::EFI_SUCCESS);
      EXPECT_TRUE(disk_.Holds(kFirstByte + offset, buffer_));
    }
  }
  EXPECT_EQ(Read(kSize - 3, 3), abi::EFI_SUCCESS);
  EXPECT_TRUE(disk_.Holds(kFirstByte + kSize - 3, buffer_));
}

TEST_F(DiskIoTest, CostsOneRequestForManySmallReads) {
  for (uint64_t offset = 0; offset < 8192; offset += 16) {
    ASSERT_EQ(Read(offset, 16), abi::EFI_SUCCESS);
  }

  EXPECT_THAT(disk_.device.reads(), SizeIs(1));
}

TEST_F(DiskIoTest, WritesAnyBytesAndKeepsTheirNeighbours) {
  std::vector<std::byte> expected(disk_.device.contents().begin(),
                                  disk_.device.contents().end());
  buffer_.assign(1500, std::byte{0x61});
  std::ranges::copy(buffer_, expected.begin() + kFirstByte + 700);

  EXPECT_EQ(io_->WriteDisk(io_, kMediaId, 700, buffer_.size(), buffer_.data()),
            abi::EFI_SUCCESS);

  EXPECT_TRUE(disk_.Holds(0, expected));
}

TEST_F(DiskIoTest, RefusesBytesBeyondThePartition) {
  EXPECT_EQ(Read(kSize - 3, 4), abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(Read(kSize, 1), abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(Read(UINT64_MAX, 2), abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(io_->WriteDisk(io_, kMediaId, kSize - 3, 4, buffer_.data()),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(io_->ReadDisk(io_, kMediaId, 0, UINT64_MAX, buffer_.data()),
            abi::EFI_INVALID_PARAMETER);
}

TEST_F(DiskIoTest, RefusesWhatBlockIoRefuses) {
  void* const bytes = buffer_.data();
  EXPECT_EQ(io_->ReadDisk(io_, 1, kSize, 1, nullptr), abi::EFI_MEDIA_CHANGED);
  EXPECT_EQ(io_->WriteDisk(io_, 1, 0, 1, bytes), abi::EFI_MEDIA_CHANGED);
  EXPECT_EQ(io_->ReadDisk(io_, kMediaId, 0, 1, nullptr),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(io_->ReadDisk(nullptr, kMediaId, 0, 1, bytes),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(io_->WriteDisk(nullptr, kMediaId, 0, 1, bytes),
            abi::EFI_INVALID_PARAMETER);
  media_.abi_media()->MediaPresent = abi::FALSE;
  EXPECT_EQ(io_->ReadDisk(io_, kMediaId, 0, 1, bytes), abi::EFI_NO_MEDIA);
  EXPECT_EQ(io_->WriteDisk(io_, kMediaId, 0, 1, bytes), abi::EFI_NO_MEDIA);
}

TEST_F(DiskIoTest, RefusesToWriteToAReadOnlyDisk) {
  TestDisk disk({.read_only = true});
  BlockMedia media(disk.cache, 0, 8, BlockMedia::Kind::kDisk);
  DiskIo io(media);

  EXPECT_EQ(io.WriteDisk(&io, kMediaId, 0, 1, buffer_.data()),
            abi::EFI_WRITE_PROTECTED);
}

TEST_F(DiskIoTest, SignalsTheTokensEvent) {
  abi::EFI_DISK_IO2_TOKEN token{.Event = CreateEvent(),
                                .TransactionStatus = abi::EFI_NOT_READY};

  EXPECT_EQ(io2_->ReadDiskEx(
                io2_, kMediaId, 77, &token, buffer_.size(), buffer_.data()),
            abi::EFI_SUCCESS);
  EXPECT_EQ(token.TransactionStatus, abi::EFI_SUCCESS);
  EXPECT_TRUE(TakeSignal(token.Event));
  EXPECT_TRUE(disk_.Holds(kFirstByte + 77, buffer_));

  disk_.device.FailWrites({.lba = 40});
  EXPECT_EQ(io2_->WriteDiskEx(io2_, kMediaId, 77, &token, 5, buffer_.data()),
            abi::EFI_SUCCESS);
  EXPECT_EQ(token.TransactionStatus, abi::EFI_DEVICE_ERROR);
  EXPECT_TRUE(TakeSignal(token.Event));

  EXPECT_EQ(io2_->FlushDiskEx(io2_, &token), abi::EFI_SUCCESS);
  EXPECT_EQ(token.TransactionStatus, abi::EFI_SUCCESS);
  EXPECT_TRUE(TakeSignal(token.Event));
  EXPECT_EQ(disk_.device.flush_count(), 1u);
}

TEST_F(DiskIoTest, WaitsWithoutAnEvent) {
  EXPECT_EQ(io2_->ReadDiskEx(
                io2_, kMediaId, 77, nullptr, buffer_.size(), buffer_.data()),
            abi::EFI_SUCCESS);
  EXPECT_TRUE(disk_.Holds(kFirstByte + 77, buffer_));
  EXPECT_EQ(io2_->WriteDiskEx(io2_, 3, 0, nullptr, 1, buffer_.data()),
            abi::EFI_MEDIA_CHANGED);
  EXPECT_EQ(io2_->FlushDiskEx(io2_, nullptr), abi::EFI_SUCCESS);
}

TEST_F(DiskIoTest, HasNothingToCancel) {
  EXPECT_EQ(io2_->Cancel(io2_), abi::EFI_SUCCESS);
  EXPECT_EQ(io2_->Cancel(nullptr), abi::EFI_INVALID_PARAMETER);
  EXPECT_THAT(disk_.device.reads(), IsEmpty());
}

}  // namespace
}  // namespace flint::efi
