// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "boot/memory/e820.h"
#include "boot/memory/memory_map.h"
#include "drivers/clock/fake_clock.h"
#include "drivers/rng/virtio_random.h"
#include "drivers/virtio/driver_resources.h"
#include "drivers/virtio/fake_transport.h"
#include "drivers/virtio/fake_virtio_device.h"
#include "gtest/gtest.h"
#include "platforms/base/arena.h"
#include "platforms/base/fake_guest_memory.h"
#include "testing/result_matchers.h"

namespace flint::rng {

/// A machine with one entropy device, whose bytes count up.
class VirtioRandomTest : public ::testing::Test {
 protected:
  static constexpr uint64_t kSecond = clock::kNanosecondsPerSecond;
  static constexpr uint64_t kPagesAddress = 16 << 20;
  static constexpr uint64_t kPagesBytes = 1 << 18;

  VirtioRandomTest() {
    const std::array<memory::E820Entry, 1> entries{
        {{.address = kPagesAddress,
          .size_bytes = kPagesBytes,
          .type = memory::E820Type::kRam}}};
    pages_.Build(entries, uint64_t{1} << 46);
    clock_.OnRelax([this] {
      if (device_) device_->Work();
    });
  }

  virtio::FakeVirtioDevice& Insert(
      virtio::FakeVirtioDevice::Options options = {}) {
    options.type = virtio::DeviceType::kEntropy;
    device_.emplace(
        memory_, options, [this](const virtio::FakeRequest& request) {
          return Give(request);
        });
    transport_.emplace(*device_);
    return *device_;
  }

  uint32_t Give(const virtio::FakeRequest& request) {
    EXPECT_EQ(request.buffers.size(), 1u);
    EXPECT_TRUE(request.buffers[0].device_writes) << "nothing to be read";
    const MutableBytes bytes = request.buffers[0].bytes;
    requests_.push_back(bytes.size());
    const size_t size = std::min(bytes.size(), bytes_per_request_);
    for (std::byte& byte : bytes.first(size)) {
      last_ = static_cast<uint8_t>(last_ + 1);
      byte = std::byte{constant_.value_or(last_)};
    }
    return static_cast<uint32_t>(size);
  }

  Result<VirtioRandom> TryStart() {
    return VirtioRandom::Start(*transport_, resources_);
  }

  VirtioRandom& Start() {
    auto started = TryStart();
    EXPECT_THAT(started, ::flint::testing::IsOk());
    return random_.emplace(*std::move(started));
  }

  VirtioRandom& InsertAndStart() {
    Insert();
    return Start();
  }

  bool SomePagesAreTaken() const {
    return std::ranges::any_of(pages_.ranges(), [](const auto& range) {
      return range.type == memory::MemoryType::kFirmware;
    });
  }

  FakeGuestMemory memory_;
  MutableBytes shared_ = memory_.AddRegion(kPagesAddress, kPagesBytes);
  std::array<memory::MemoryRange, 16> ranges_{};
  memory::MemoryMap pages_{ranges_};
  // Slow, so that a wait of seconds is not millions of polls.
  clock::FakeClock clock_{50'000};
  std::array<std::byte, 16384> arena_memory_{};
  Arena arena_{arena_memory_};
  virtio::DriverResources resources_{
      .clock = clock_, .memory = memory_, .pages = pages_, .arena = arena_};
  std::optional<virtio::FakeVirtioDevice> device_;
  std::optional<virtio::FakeTransport> transport_;
  std::optional<VirtioRandom> random_;

  // How the device answers, and what it was asked for.
  size_t bytes_per_request_ = SIZE_MAX;
  std::optional<uint8_t> constant_;
  uint8_t last_ = 0;
  std::vector<size_t> requests_;

  std::vector<std::byte> bytes_ = std::vector(32, std::byte{0xA5});
};

}  // namespace flint::rng
