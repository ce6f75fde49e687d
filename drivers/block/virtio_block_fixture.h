// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "boot/memory/e820.h"
#include "boot/memory/memory_map.h"
#include "drivers/block/fake_virtio_disk.h"
#include "drivers/block/virtio_block_device.h"
#include "drivers/clock/fake_clock.h"
#include "drivers/virtio/fake_transport.h"
#include "gtest/gtest.h"
#include "platforms/base/arena.h"
#include "platforms/base/bytes.h"
#include "platforms/base/fake_guest_memory.h"
#include "testing/result_matchers.h"

namespace flint::block {

/// A machine with one disk in it.
class VirtioBlockTest : public ::testing::Test {
 protected:
  using Disk = FakeVirtioDisk;
  using Request = FakeVirtioDisk::Request;

  static constexpr uint64_t kMiB = 1 << 20;
  static constexpr uint64_t kSecond = clock::kNanosecondsPerSecond;
  static constexpr uint64_t kPagesAddress = 16 * kMiB;
  static constexpr uint64_t kPagesBytes = kMiB;
  static constexpr uint64_t kBufferAddress = 32 * kMiB;
  /// In sectors of 512 bytes, unless a test wants another.
  static constexpr uint64_t kCapacity = 4096;

  VirtioBlockTest() {
    memory_.AddRegion(kPagesAddress, kPagesBytes);
    const std::array<memory::E820Entry, 1> entries{
        {{.address = kPagesAddress,
          .size_bytes = kPagesBytes,
          .type = memory::E820Type::kRam}}};
    pages_.Build(entries, uint64_t{1} << 46);
    clock_.OnRelax([this] {
      if (disk_) disk_->device().Work();
    });
  }

  /// Puts the disk in; its contents differ from byte to byte.
  Disk& Insert(Disk::Options options) {
    if (options.capacity == 0) options.capacity = kCapacity;
    // A disk too large to be real is never read.
    const bool real = options.capacity <= 65 * kMiB / 512;
    contents_.resize(real ? options.capacity * 512 : 0);
    for (size_t i = 0; i < contents_.size(); ++i) {
      contents_[i] = static_cast<std::byte>(i ^ i >> 9 ^ i >> 17);
    }
    disk_.emplace(memory_, options, contents_);
    transport_.emplace(disk_->device());
    return *disk_;
  }

  Result<VirtioBlockDevice::Running> TryStart() {
    return VirtioBlockDevice::Start(*transport_, resources_);
  }

  VirtioBlockDevice& Start() {
    auto running = TryStart();
    EXPECT_THAT(running, ::flint::testing::IsOk());
    return driver_.emplace(*running, "disk under test");
  }

  VirtioBlockDevice& InsertAndStart(const Disk::Options& options = {}) {
    Insert(options);
    return Start();
  }

  /// Guest memory for a transfer, at a page boundary.
  MutableBytes Buffer(uint64_t size_bytes) {
    const MutableBytes buffer = memory_.AddRegion(next_buffer_, size_bytes);
    next_buffer_ += (size_bytes + 8191) & ~uint64_t{4095};
    return buffer;
  }

  /// What the disk holds from `lba` (of 512 bytes) on.
  MutableBytes OnDisk(uint64_t lba, uint64_t size_bytes) {
    return MutableBytes(contents_).subspan(lba * 512, size_bytes);
  }

  bool SomePagesAreTaken() const {
    return std::ranges::any_of(pages_.ranges(), [](const auto& range) {
      return range.type == memory::MemoryType::kFirmware;
    });
  }

  uint64_t NowNs() const { return clock_.now_ns(); }

  FakeGuestMemory memory_;
  std::array<memory::MemoryRange, 16> ranges_{};
  memory::MemoryMap pages_{ranges_};
  // Slow, so that a wait of half a minute is not millions of polls.
  clock::FakeClock clock_{50'000};
  std::array<std::byte, 65536> arena_memory_{};
  Arena arena_{arena_memory_};
  DriverResources resources_{
      .clock = clock_, .memory = memory_, .pages = pages_, .arena = arena_};
  std::vector<std::byte> contents_;
  std::optional<Disk> disk_;
  std::optional<virtio::FakeTransport> transport_;
  std::optional<VirtioBlockDevice> driver_;
  uint64_t next_buffer_ = kBufferAddress;
};

}  // namespace flint::block
