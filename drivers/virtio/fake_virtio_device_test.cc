// SPDX-License-Identifier: Apache-2.0
#include "drivers/virtio/fake_virtio_device.h"

#include "gtest/gtest-spi.h"
#include "gtest/gtest.h"
#include "platforms/base/endian.h"
#include "platforms/base/fake_guest_memory.h"

namespace flint::virtio {
namespace {

constexpr uint64_t kRing = 0x1000;
constexpr QueueSetup kSetup{.size = 4,
                            .descriptors = kRing,
                            .available = kRing + 64,
                            .used = kRing + 4096};

/// A device with one queue, and helpers that drive it by hand. Static, as the
/// checks for failures want it.
struct Bench {
  FakeGuestMemory memory;
  MutableBytes ring = memory.AddRegion(kRing, 2 * 4096);
  FakeVirtioDevice device{memory,
                          {.queue_size_max = 4, .config = {1, 2, 3, 4}},
                          [](const FakeRequest&) { return 1u; }};

  Bench() { std::ranges::fill(ring, std::byte{0}); }

  void Advance(std::initializer_list<uint8_t> statuses) {
    for (const uint8_t status : statuses) device.WriteStatus(status);
  }
  void Start() {
    Advance({0x01, 0x03, 0x0B});
    device.EnableQueue(0, kSetup);
    device.WriteStatus(0x0F);
    Put(kSetup.available, Le16(1));
  }
  template <WireType T>
  void Put(uint64_t address, const T& value) {
    EXPECT_TRUE(WriteWire(ring, address - kRing, value));
  }
  void PutDescriptor(uint16_t index, uint16_t flags, uint16_t next) {
    const uint64_t place = kRing + 16u * index;
    Put(place, Le64(kRing + 512));
    Put(place + 8, Le32(16));
    Put(place + 12, Le16(flags));
    Put(place + 14, Le16(next));
  }
  void Offer(uint16_t position, uint16_t head) {
    Put(kSetup.available + 4 + 2u * position, Le16(head));
    Put(kSetup.available + 2, Le16(static_cast<uint16_t>(position + 1)));
    device.Notify(0);
  }
};

TEST(FakeVirtioDevice, ServesARequestOnlyWhenNotified) {
  Bench bench;
  bench.Start();
  bench.PutDescriptor(0, 2, 0);
  bench.Put(kSetup.available + 2, Le16(1));

  bench.device.Work();
  EXPECT_EQ(bench.device.completion_count(), 0u);

  bench.device.Notify(0);
  bench.device.Work();
  EXPECT_EQ(bench.device.completion_count(), 1u);
  EXPECT_EQ(*ReadWire<Le16>(bench.ring, 4096 + 2), 1u);
}

TEST(FakeVirtioDevice, ForgetsItsWorkWhenReset) {
  Bench bench;
  bench.Start();
  bench.device.faults().silent = true;
  bench.PutDescriptor(0, 2, 0);
  bench.Offer(0, 0);
  bench.device.Work();
  EXPECT_EQ(bench.device.in_flight_count(), 1u);

  bench.device.WriteStatus(0);
  bench.device.faults().silent = false;
  bench.device.Work();

  EXPECT_EQ(bench.device.completion_count(), 0u);
}

TEST(FakeVirtioDevice, FailsTheTestIfAStatusIsSkippedOrMerged) {
  static Bench bench;

  EXPECT_NONFATAL_FAILURE(bench.device.WriteStatus(0x03), "after status");
}

TEST(FakeVirtioDevice, FailsTheTestIfAStatusIsRepeated) {
  static Bench bench;
  bench.Advance({0x01, 0x03});

  EXPECT_NONFATAL_FAILURE(bench.device.WriteStatus(0x03), "after status");
}

TEST(FakeVirtioDevice, FailsTheTestIfFeaturesComeLate) {
  static Bench bench;
  bench.Advance({0x01, 0x03, 0x0B});

  EXPECT_NONFATAL_FAILURE(bench.device.WriteDriverFeatures(kFeatureVersion1),
                          "DRIVER");
}

TEST(FakeVirtioDevice, FailsTheTestIfUnofferedFeaturesAreAccepted) {
  static Bench bench;
  bench.Advance({0x01, 0x03});

  EXPECT_NONFATAL_FAILURE(bench.device.WriteDriverFeatures(1), "not offered");
}

TEST(FakeVirtioDevice, FailsTheTestIfNotifiedTooEarly) {
  static Bench bench;
  bench.Advance({0x01, 0x03, 0x0B});
  bench.device.EnableQueue(0, kSetup);

  EXPECT_NONFATAL_FAILURE(bench.device.Notify(0), "before DRIVER_OK");
}

TEST(FakeVirtioDevice, FailsTheTestIfADescriptorInFlightIsReused) {
  static Bench bench;
  bench.Start();
  bench.device.faults().silent = true;
  bench.PutDescriptor(0, 2, 0);
  bench.Offer(0, 0);
  bench.device.Work();
  bench.Offer(1, 0);

  EXPECT_NONFATAL_FAILURE(bench.device.Work(), "in flight");
}

TEST(FakeVirtioDevice, FailsTheTestIfInterruptsAreOn) {
  static Bench bench;
  bench.Start();
  bench.Put(kSetup.available, Le16(0));
  bench.PutDescriptor(0, 2, 0);
  bench.Offer(0, 0);

  EXPECT_NONFATAL_FAILURE(bench.device.Work(), "interrupts");
}

TEST(FakeVirtioDevice, FailsTheTestIfConfigurationIsReadBeyondItsEnd) {
  static Bench bench;
  bench.Advance({0x01, 0x03});

  EXPECT_NONFATAL_FAILURE(bench.device.ReadConfig(4, 4), "ends before");
}

}  // namespace
}  // namespace flint::virtio
