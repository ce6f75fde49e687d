// SPDX-License-Identifier: Apache-2.0
#include "drivers/virtio/split_queue.h"

#include <algorithm>
#include <array>
#include <vector>

#include "drivers/clock/fake_clock.h"
#include "drivers/virtio/device_setup.h"
#include "drivers/virtio/fake_transport.h"
#include "drivers/virtio/fake_virtio_device.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platforms/base/endian.h"
#include "platforms/base/fake_guest_memory.h"
#include "testing/result_matchers.h"

namespace flint::virtio {
namespace {

using ::flint::testing::IsError;
using ::flint::testing::IsOk;
using ::testing::ElementsAre;

constexpr uint64_t kRingAddress = 0x100'0000;
constexpr uint64_t kDataAddress = 0x200'0000;
constexpr uint16_t kSize = 8;

/// A queue of eight descriptors, and a device that serves it.
class SplitQueueTest : public ::testing::Test {
 protected:
  SplitQueueTest()
      : ring_(memory_.AddRegion(kRingAddress, SplitQueue::RingBytes(kSize))),
        data_(memory_.AddRegion(kDataAddress, 4096)),
        device_(memory_,
                {.queue_size_max = kSize},
                [this](const auto& request) { return Handle(request); }) {}

  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(SplitQueue queue,
                         SplitQueue::Create(kSize, ring_, arena_));
    queue_.emplace(queue);
    ASSERT_OK(Negotiate(transport_, clock_, 0));
    ASSERT_OK(transport_.EnableQueue(0, queue_->SetupFor(memory_)));
    ASSERT_OK(MarkReady(transport_));
  }

  uint32_t Handle(const FakeRequest& request) {
    uint32_t written = 0;
    for (const FakeBuffer& buffer : request.buffers) {
      if (!buffer.device_writes) continue;
      std::ranges::fill(buffer.bytes, std::byte{0x5A});
      written += static_cast<uint32_t>(buffer.bytes.size());
    }
    return written;
  }

  /// Adds a request of a readable and a writable part.
  Status AddPair(uint16_t token) {
    const std::array<QueueBuffer, 2> buffers{
        {{kDataAddress, 16, false}, {kDataAddress + 16, 32, true}}};
    return queue_->Add(buffers, token);
  }

  void NotifyAndWork() {
    if (queue_->NotificationWanted()) transport_.Notify(0);
    device_.Work();
  }

  /// The tokens of all requests that are complete.
  std::vector<uint16_t> TakeAll() {
    std::vector<uint16_t> tokens;
    while (true) {
      const auto completion = queue_->Take();
      EXPECT_THAT(completion, IsOk());
      if (!completion || !*completion) return tokens;
      tokens.push_back((*completion)->token);
    }
  }

  std::array<std::byte, 1024> state_;
  Arena arena_{state_};
  FakeGuestMemory memory_;
  MutableBytes ring_;
  MutableBytes data_;
  clock::FakeClock clock_;
  FakeVirtioDevice device_;
  FakeTransport transport_{device_};
  std::optional<SplitQueue> queue_;
};

TEST_F(SplitQueueTest, CarriesARequestThereAndBack) {
  ASSERT_OK(AddPair(77));
  NotifyAndWork();

  ASSERT_OK_AND_ASSIGN(const auto completion, queue_->Take());

  ASSERT_TRUE(completion.has_value());
  EXPECT_EQ(completion->token, 77);
  EXPECT_EQ(completion->written_bytes, 32u);
  EXPECT_EQ(data_[16], std::byte{0x5A});
  EXPECT_EQ(queue_->free_descriptor_count(), kSize);
  EXPECT_EQ(queue_->in_flight_count(), 0);
}

TEST_F(SplitQueueTest, HasNothingToTakeAtFirst) {
  ASSERT_OK_AND_ASSIGN(const auto completion, queue_->Take());

  EXPECT_FALSE(completion.has_value());
}

TEST_F(SplitQueueTest, TellsWhenItIsFull) {
  for (uint16_t token = 0; token < 4; ++token) ASSERT_OK(AddPair(token));

  EXPECT_THAT(AddPair(4), IsError(ErrorCode::kNoMemory));
  EXPECT_EQ(queue_->free_descriptor_count(), 0);
  EXPECT_EQ(queue_->in_flight_count(), 4);

  NotifyAndWork();
  EXPECT_THAT(TakeAll(), ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(AddPair(5), IsOk());
}

TEST_F(SplitQueueTest, RefusesARequestWithoutBuffers) {
  EXPECT_THAT(queue_->Add({}, 0), IsError(ErrorCode::kInvalidArgument));
}

TEST_F(SplitQueueTest, TakesCompletionsInTheDevicesOrder) {
  device_.manners().last_first = true;
  for (uint16_t token = 0; token < 3; ++token) ASSERT_OK(AddPair(token));

  NotifyAndWork();

  EXPECT_THAT(TakeAll(), ElementsAre(2, 1, 0));
}

TEST_F(SplitQueueTest, SurvivesTheWrapOfItsIndices) {
  device_.manners().last_first = true;
  for (uint32_t round = 0; round < 70'000; round += 2) {
    ASSERT_OK(AddPair(static_cast<uint16_t>(round)));
    ASSERT_OK(AddPair(static_cast<uint16_t>(round + 1)));
    NotifyAndWork();
    ASSERT_THAT(TakeAll(),
                ElementsAre(static_cast<uint16_t>(round + 1),
                            static_cast<uint16_t>(round)));
  }

  EXPECT_EQ(queue_->free_descriptor_count(), kSize);
}

TEST_F(SplitQueueTest, MixesChainsOfAnyLength) {
  const std::array<QueueBuffer, 5> buffers{{{kDataAddress, 1, false},
                                            {kDataAddress + 1, 1, false},
                                            {kDataAddress + 2, 1, true},
                                            {kDataAddress + 3, 1, true},
                                            {kDataAddress + 4, 1, true}}};
  device_.manners().completions_per_turn = 1;
  device_.manners().last_first = true;

  for (uint16_t round = 0; round < 100; ++round) {
    const size_t length = round % 5 + 1;
    ASSERT_OK(queue_->Add(std::span(buffers).first(length), 1));
    ASSERT_OK(queue_->Add(std::span(buffers).last(6 - length), 2));
    NotifyAndWork();
    ASSERT_THAT(TakeAll(), ElementsAre(2));
    device_.Work();
    ASSERT_THAT(TakeAll(), ElementsAre(1));
  }
}

TEST_F(SplitQueueTest, DoesNotNotifyADeviceThatLooksByItself) {
  device_.manners().polls_queues = true;
  device_.Work();

  ASSERT_OK(AddPair(1));

  EXPECT_FALSE(queue_->NotificationWanted());
  device_.Work();
  EXPECT_THAT(TakeAll(), ElementsAre(1));
}

TEST_F(SplitQueueTest, NeverReportsMoreThanTheDeviceHadRoomFor) {
  device_.faults().corrupt_used = [](uint32_t&, uint32_t& written, uint16_t&) {
    written = UINT32_MAX;
  };
  ASSERT_OK(AddPair(1));
  NotifyAndWork();

  ASSERT_OK_AND_ASSIGN(const auto completion, queue_->Take());

  EXPECT_EQ(completion->written_bytes, 32u);
}

TEST_F(SplitQueueTest, RefusesAnIdOutsideTheQueue) {
  device_.faults().corrupt_used = [](uint32_t& id, uint32_t&, uint16_t&) {
    id = kSize;
  };
  ASSERT_OK(AddPair(1));
  NotifyAndWork();

  EXPECT_THAT(queue_->Take(), IsError(ErrorCode::kDeviceError));
}

TEST_F(SplitQueueTest, RefusesAnIdThatOnlyFitsItsLowBits) {
  device_.faults().corrupt_used = [](uint32_t& id, uint32_t&, uint16_t&) {
    id |= 0x1'0000;
  };
  ASSERT_OK(AddPair(1));
  NotifyAndWork();

  EXPECT_THAT(queue_->Take(), IsError(ErrorCode::kDeviceError));
}

TEST_F(SplitQueueTest, RefusesAnIdInsideAChain) {
  device_.faults().corrupt_used = [](uint32_t& id, uint32_t&, uint16_t&) {
    ++id;
  };
  ASSERT_OK(AddPair(1));
  NotifyAndWork();

  EXPECT_THAT(queue_->Take(), IsError(ErrorCode::kDeviceError));
}

TEST_F(SplitQueueTest, RefusesAnIdTwice) {
  uint32_t first_id = 0;
  device_.faults().corrupt_used =
      [&, count = 0](uint32_t& id, uint32_t&, uint16_t&) mutable {
        if (count++ == 0) {
          first_id = id;
        } else {
          id = first_id;
        }
      };
  ASSERT_OK(AddPair(1));
  ASSERT_OK(AddPair(2));
  NotifyAndWork();

  EXPECT_THAT(queue_->Take(), IsOk());
  EXPECT_THAT(queue_->Take(), IsError(ErrorCode::kDeviceError));
}

TEST_F(SplitQueueTest, RefusesMoreCompletionsThanRequests) {
  device_.faults().corrupt_used = [](uint32_t&, uint32_t&, uint16_t& index) {
    index = static_cast<uint16_t>(index + 1);
  };
  ASSERT_OK(AddPair(1));
  NotifyAndWork();

  EXPECT_THAT(queue_->Take(), IsError(ErrorCode::kDeviceError));
}

TEST_F(SplitQueueTest, RefusesAnIndexThatGoesBack) {
  ASSERT_OK(AddPair(1));
  NotifyAndWork();
  EXPECT_THAT(TakeAll(), ElementsAre(1));
  device_.faults().corrupt_used = [](uint32_t&, uint32_t&, uint16_t& index) {
    index = 0;
  };
  ASSERT_OK(AddPair(2));
  NotifyAndWork();

  EXPECT_THAT(queue_->Take(), IsError(ErrorCode::kDeviceError));
}

TEST_F(SplitQueueTest, BelievesNothingTheDeviceWritesElsewhereInTheRing) {
  ASSERT_OK(AddPair(1));
  NotifyAndWork();
  // All but the used ring becomes garbage.
  std::ranges::fill(ring_.first(4096), std::byte{0xFF});

  EXPECT_THAT(TakeAll(), ElementsAre(1));
  EXPECT_EQ(queue_->free_descriptor_count(), kSize);
}

TEST(SplitQueueLayout, IsWhatLegacyDevicesCompute) {
  // [virtio-1.2 2.7.2]: descriptors and available ring rounded up to 4096.
  EXPECT_EQ(SplitQueue::RingBytes(256), 8192u + 6 + 8 * 256);
  EXPECT_EQ(SplitQueue::RingBytes(128), 4096u + 6 + 8 * 128);
  EXPECT_EQ(SplitQueue::RingBytes(1), 4096u + 6 + 8);
}

TEST(SplitQueueCreation, RefusesWhatCannotBeAQueue) {
  FakeGuestMemory memory;
  const MutableBytes ring = memory.AddRegion(0x1000, 3 * 4096);
  std::array<std::byte, 4096> state;
  Arena arena(state);

  EXPECT_THAT(SplitQueue::Create(0, ring, arena),
              IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(SplitQueue::Create(48, ring, arena),
              IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(
      SplitQueue::Create(8, ring.first(SplitQueue::RingBytes(8) - 1), arena),
      IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(SplitQueue::Create(8, ring.subspan(1), arena),
              IsError(ErrorCode::kInvalidArgument));
}

TEST(SplitQueueCreation, SaysWhenTheStateDoesNotFit) {
  FakeGuestMemory memory;
  const MutableBytes ring = memory.AddRegion(0x1000, 3 * 4096);
  std::array<std::byte, 16> state;
  Arena arena(state);

  EXPECT_THAT(SplitQueue::Create(8, ring, arena),
              IsError(ErrorCode::kNoMemory));
}

}  // namespace
}  // namespace flint::virtio
