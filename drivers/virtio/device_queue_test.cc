// SPDX-License-Identifier: Apache-2.0
#include "drivers/virtio/device_queue.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "boot/memory/e820.h"
#include "boot/memory/memory_map.h"
#include "drivers/clock/fake_clock.h"
#include "drivers/virtio/device_setup.h"
#include "drivers/virtio/driver_resources.h"
#include "drivers/virtio/fake_transport.h"
#include "drivers/virtio/fake_virtio_device.h"
#include "gtest/gtest.h"
#include "platforms/base/arena.h"
#include "platforms/base/fake_guest_memory.h"
#include "testing/result_matchers.h"

namespace flint::virtio {
namespace {

using ::flint::testing::IsError;
using ::flint::testing::IsOk;

constexpr uint64_t kPagesAddress = 16 << 20;
constexpr uint64_t kPagesBytes = 1 << 18;

class DeviceQueueTest : public ::testing::Test {
 protected:
  DeviceQueueTest() {
    memory_.AddRegion(kPagesAddress, kPagesBytes);
    const std::array<memory::E820Entry, 1> entries{
        {{.address = kPagesAddress,
          .size_bytes = kPagesBytes,
          .type = memory::E820Type::kRam}}};
    pages_.Build(entries, uint64_t{1} << 46);
  }

  FakeVirtioDevice& Make(FakeVirtioDevice::Options options = {}) {
    device_.emplace(memory_, options, nullptr);
    transport_.emplace(*device_);
    EXPECT_THAT(Negotiate(*transport_, clock_, 0), IsOk());
    return *device_;
  }

  Result<DeviceQueue> TrySetUp(const QueueRequest& request) {
    return SetUpQueue(*transport_, resources_, request);
  }

  bool SomePagesAreTaken() const {
    return std::ranges::any_of(pages_.ranges(), [](const auto& range) {
      return range.type == memory::MemoryType::kFirmware;
    });
  }

  FakeGuestMemory memory_;
  std::array<memory::MemoryRange, 16> ranges_{};
  memory::MemoryMap pages_{ranges_};
  clock::FakeClock clock_{50'000};
  std::array<std::byte, 65536> arena_memory_{};
  Arena arena_{arena_memory_};
  DriverResources resources_{
      .clock = clock_, .memory = memory_, .pages = pages_, .arena = arena_};
  std::optional<FakeVirtioDevice> device_;
  std::optional<FakeTransport> transport_;
};

TEST_F(DeviceQueueTest, PutsWhatIsSharedBehindTheRing) {
  Make({.queue_size_max = 128});

  ASSERT_OK_AND_ASSIGN(
      const DeviceQueue queue,
      TrySetUp({.index = 0, .size_max = 8, .extra_bytes = 5000}));

  EXPECT_EQ(queue.queue.size(), 8);
  EXPECT_GE(queue.extra.size(), 5000u);
  const uint64_t extra_address = memory_.AddressOf(queue.extra.data());
  EXPECT_EQ(extra_address % 16, 0u);
  EXPECT_GE(extra_address, queue.address + SplitQueue::RingBytes(8));
  EXPECT_EQ(extra_address + queue.extra.size(),
            queue.address + queue.page_count * memory::kPageSizeBytes);
}

TEST_F(DeviceQueueTest, TakesTheSizeThatBothCanDo) {
  Make({.queue_size_max = 100});
  ASSERT_OK_AND_ASSIGN(const DeviceQueue modern,
                       TrySetUp({.index = 0, .size_max = 256}));
  EXPECT_EQ(modern.queue.size(), 64);

  Make({.queue_size_max = 1024, .legacy = true});
  ASSERT_OK_AND_ASSIGN(const DeviceQueue legacy,
                       TrySetUp({.index = 0, .size_max = 256}));
  EXPECT_EQ(legacy.queue.size(), 1024);
}

TEST_F(DeviceQueueTest, RefusesAQueueThatIsTooSmall) {
  Make({.queue_size_max = 2});

  EXPECT_THAT(TrySetUp({.index = 0, .size_max = 256, .size_min = 3}),
              IsError(ErrorCode::kUnsupported));

  EXPECT_FALSE(SomePagesAreTaken());
}

TEST_F(DeviceQueueTest, RefusesMoreThanFits) {
  Make();

  EXPECT_THAT(TrySetUp({.index = 0, .size_max = 8, .extra_bytes = UINT64_MAX}),
              IsError(ErrorCode::kOutOfRange));
  EXPECT_THAT(TrySetUp({.index = 0, .size_max = 8, .extra_bytes = kPagesBytes}),
              IsError(ErrorCode::kNoMemory));

  EXPECT_FALSE(SomePagesAreTaken());
}

TEST_F(DeviceQueueTest, ReturnsThePagesOfAQueueThatIsRefused) {
  Make();
  transport_->FailEnabling();

  EXPECT_THAT(TrySetUp({.index = 0, .size_max = 8}),
              IsError(ErrorCode::kDeviceError));

  EXPECT_FALSE(SomePagesAreTaken());
}

TEST_F(DeviceQueueTest, ReturnsAllPagesOfADeviceThatDoesNotStart) {
  Make({.queue_count = 2}).faults().fails_to_start = true;
  ASSERT_OK_AND_ASSIGN(const DeviceQueue first,
                       TrySetUp({.index = 0, .size_max = 8}));
  ASSERT_OK_AND_ASSIGN(const DeviceQueue second,
                       TrySetUp({.index = 1, .size_max = 8}));
  const std::array queues{first, second};

  EXPECT_THAT(StartWith(*transport_, resources_, queues),
              IsError(ErrorCode::kDeviceError));

  EXPECT_EQ(device_->status(), 0) << "reset";
  EXPECT_FALSE(SomePagesAreTaken());
}

TEST_F(DeviceQueueTest, KeepsThePagesOfADeviceThatDoesNotReset) {
  FakeVirtioDevice& device = Make();
  device.faults().fails_to_start = true;
  device.faults().polls_until_reset = UINT32_MAX;
  ASSERT_OK_AND_ASSIGN(const DeviceQueue queue,
                       TrySetUp({.index = 0, .size_max = 8}));

  EXPECT_THAT(StartWith(*transport_, resources_, std::span(&queue, 1)),
              IsError(ErrorCode::kDeviceError));

  EXPECT_TRUE(SomePagesAreTaken()) << "the device may still write there";
}

}  // namespace
}  // namespace flint::virtio
