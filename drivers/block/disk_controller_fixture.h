// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <vector>

#include "boot/memory/e820.h"
#include "boot/memory/memory_map.h"
#include "drivers/block/disk_list.h"
#include "drivers/clock/fake_clock.h"
#include "drivers/io/driver_resources.h"
#include "gtest/gtest.h"
#include "platforms/base/arena.h"
#include "platforms/base/bytes.h"
#include "platforms/base/fake_guest_memory.h"
#include "testing/result_matchers.h"

namespace flint::block {

/// A machine for one disk controller: what a driver is given, and what a test
/// looks at. A controller's own fixture derives from it, and adds the fake.
class DiskControllerTest : public ::testing::Test {
 protected:
  static constexpr uint64_t kMiB = 1 << 20;
  static constexpr uint64_t kPagesAddress = 16 * kMiB;
  static constexpr uint64_t kBufferAddress = 32 * kMiB;

  DiskControllerTest() {
    memory_.AddRegion(kPagesAddress, kMiB);
    const std::array<memory::E820Entry, 1> entries{
        {{.address = kPagesAddress,
          .size_bytes = kMiB,
          .type = memory::E820Type::kRam}}};
    pages_.Build(entries, uint64_t{1} << 46);
  }

  /// Runs the driver's search, which adds to `list_`.
  virtual void AddDisks() = 0;

  std::span<Disk> Probe() {
    AddDisks();
    return list_.disks();
  }

  /// The only disk that a probe finds.
  BlockDevice& ProbeOne() {
    const auto disks = Probe();
    EXPECT_EQ(disks.size(), 1u);
    EXPECT_OK(disks[0].status);
    return *disks[0].device;
  }

  io::DriverResources resources() {
    return {
        .clock = clock_, .memory = memory_, .pages = pages_, .arena = arena_};
  }

  /// What a disk holds: differs from byte to byte, and from `seed` to `seed`.
  std::vector<std::byte>& AddContents(uint64_t size_bytes, uint32_t seed) {
    auto& contents = contents_.emplace_back(size_bytes);
    for (size_t i = 0; i < contents.size(); ++i) {
      contents[i] = static_cast<std::byte>(i ^ i >> 9 ^ i >> 17 ^ seed);
    }
    return contents;
  }

  /// Guest memory for a transfer, at a page boundary.
  MutableBytes Buffer(uint64_t size_bytes) {
    const MutableBytes buffer = memory_.AddRegion(next_buffer_, size_bytes);
    next_buffer_ += (size_bytes + 8191) & ~uint64_t{4095};
    return buffer;
  }

  bool SomePagesAreTaken() const {
    return std::ranges::any_of(pages_.ranges(), [](const auto& range) {
      return range.type == memory::MemoryType::kFirmware;
    });
  }

  FakeGuestMemory memory_;
  std::array<memory::MemoryRange, 16> ranges_{};
  memory::MemoryMap pages_{ranges_};
  // Slow, so that a wait of half a minute is not millions of polls.
  clock::FakeClock clock_{500'000};
  std::array<std::byte, 65536> arena_memory_{};
  Arena arena_{arena_memory_};
  std::deque<std::vector<std::byte>> contents_;
  std::array<Disk, 8> storage_{};
  DiskList list_{storage_};
  uint64_t next_buffer_ = kBufferAddress;
};

}  // namespace flint::block
