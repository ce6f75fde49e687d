// SPDX-License-Identifier: Apache-2.0
#include "drivers/virtio/mmio_transport.h"

#include <optional>

#include "drivers/clock/fake_clock.h"
#include "drivers/io/register_window.h"
#include "drivers/virtio/device_setup.h"
#include "drivers/virtio/fake_virtio_device.h"
#include "drivers/virtio/fake_virtio_mmio.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platforms/base/fake_guest_memory.h"
#include "testing/result_matchers.h"

namespace flint::virtio {
namespace {

using ::flint::testing::IsError;
using ::flint::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr uint64_t kMagic = 0x000;
constexpr uint64_t kVersion = 0x004;
constexpr uint64_t kDeviceId = 0x008;
constexpr uint64_t kQueueSizeMax = 0x034;
constexpr uint64_t kQueuePageNumber = 0x040;
constexpr uint64_t kQueueReady = 0x044;

constexpr QueueSetup kSetup{.size = 64,
                            .descriptors = 0x12'3456'7000,
                            .available = 0x12'3456'7400,
                            .used = 0x12'3456'8000};

enum class Interface { kLegacy, kModern };

class MmioTransportTest : public ::testing::Test {
 protected:
  explicit MmioTransportTest(Interface interface = Interface::kModern)
      : device_(memory_,
                {.features =
                     uint64_t{1} << 9 |
                     (interface == Interface::kLegacy ? 0 : uint64_t{1} << 40),
                 .queue_size_max = 256,
                 .queue_count = 2,
                 .legacy = interface == Interface::kLegacy,
                 .config = {1, 2, 3, 4, 5, 6, 7, 8}},
                nullptr) {}

  io::FakeRegisterIo& registers() { return mmio_.registers(); }

  /// A transport whose device is ready for queues.
  MmioTransport& Prepare() {
    auto transport = MmioTransport::Create(registers());
    EXPECT_THAT(transport, IsOk());
    transport_.emplace(*transport);
    EXPECT_THAT(Negotiate(*transport_, clock_, UINT64_MAX), IsOk());
    registers().ForgetAccesses();
    return *transport_;
  }

  FakeGuestMemory memory_;
  clock::FakeClock clock_;
  FakeVirtioDevice device_;
  FakeVirtioMmio mmio_{device_};
  std::optional<MmioTransport> transport_;
};

class LegacyMmioTransportTest : public MmioTransportTest {
 protected:
  LegacyMmioTransportTest() : MmioTransportTest(Interface::kLegacy) {}
};

TEST_F(MmioTransportTest, RecognisesADeviceWithoutDisturbingIt) {
  ASSERT_OK_AND_ASSIGN(const MmioTransport transport,
                       MmioTransport::Create(registers()));

  EXPECT_EQ(transport.device_type(), DeviceType::kBlock);
  EXPECT_FALSE(transport.legacy());
  EXPECT_EQ(transport.config_size_bytes(), 0x100u);
  EXPECT_THAT(registers().writes(), IsEmpty());
}

TEST_F(LegacyMmioTransportTest, IsRecognisedByItsVersion) {
  ASSERT_OK_AND_ASSIGN(const MmioTransport transport,
                       MmioTransport::Create(registers()));

  EXPECT_TRUE(transport.legacy());
}

TEST_F(MmioTransportTest, SkipsAnEmptySlot) {
  FakeEmptyMmioSlot slot;

  EXPECT_THAT(MmioTransport::Create(slot.registers()),
              IsError(ErrorCode::kNotFound));
}

TEST_F(MmioTransportTest, SkipsWhatIsNotVirtio) {
  registers().set_value(kMagic, 0xFFFF'FFFF);

  EXPECT_THAT(MmioTransport::Create(registers()),
              IsError(ErrorCode::kNotFound));
}

TEST_F(MmioTransportTest, RefusesUnknownVersions) {
  for (const uint32_t version : {0u, 3u}) {
    registers().set_value(kVersion, version);

    EXPECT_THAT(MmioTransport::Create(registers()),
                IsError(ErrorCode::kUnsupported));
  }
}

TEST_F(MmioTransportTest, RefusesImpossibleTypes) {
  registers().set_value(kDeviceId, 0x1'0002);

  EXPECT_THAT(MmioTransport::Create(registers()),
              IsError(ErrorCode::kUnsupported));
}

TEST_F(MmioTransportTest, RefusesAWindowThatIsTooShort) {
  io::RegisterWindow window(registers(), 0, 0xFF);

  EXPECT_THAT(MmioTransport::Create(window), IsError(ErrorCode::kCorrupt));
}

TEST_F(MmioTransportTest, ReadsAndWritesAll64Features) {
  Prepare();

  EXPECT_EQ(device_.driver_features(),
            kFeatureVersion1 | uint64_t{1} << 9 | uint64_t{1} << 40);
}

TEST_F(LegacyMmioTransportTest, ReadsAndWrites32Features) {
  Prepare();

  EXPECT_EQ(device_.driver_features(), uint64_t{1} << 9);
}

TEST_F(MmioTransportTest, EnablesAQueueLast) {
  MmioTransport& transport = Prepare();

  ASSERT_OK_AND_ASSIGN(const QueueOffer offer, transport.OfferOf(1));
  ASSERT_OK(transport.EnableQueue(1, kSetup));

  EXPECT_EQ(offer.size_max, 256);
  EXPECT_FALSE(offer.size_fixed);
  EXPECT_EQ(offer.last_address, UINT64_MAX);
  EXPECT_THAT(registers().writes(),
              ElementsAre(io::DidWrite(32, 0x30, 1),
                          io::DidWrite(32, 0x30, 1),
                          io::DidWrite(32, 0x38, 64),
                          io::DidWrite(32, 0x80, 0x3456'7000),
                          io::DidWrite(32, 0x84, 0x12),
                          io::DidWrite(32, 0x90, 0x3456'7400),
                          io::DidWrite(32, 0x94, 0x12),
                          io::DidWrite(32, 0xA0, 0x3456'8000),
                          io::DidWrite(32, 0xA4, 0x12),
                          io::DidWrite(32, 0x44, 1)));
}

TEST_F(LegacyMmioTransportTest, EnablesAQueueByItsPage) {
  MmioTransport& transport = Prepare();

  ASSERT_OK_AND_ASSIGN(const QueueOffer offer, transport.OfferOf(1));
  ASSERT_OK(transport.EnableQueue(1, kSetup));

  EXPECT_FALSE(offer.size_fixed);
  EXPECT_EQ(offer.last_address, 0xFFF'FFFF'FFFFu);
  EXPECT_THAT(registers().writes(),
              ElementsAre(io::DidWrite(32, 0x30, 1),
                          io::DidWrite(32, 0x30, 1),
                          io::DidWrite(32, 0x38, 64),
                          io::DidWrite(32, 0x28, 4096),
                          io::DidWrite(32, 0x3C, 4096),
                          io::DidWrite(32, 0x40, 0x0123'4567)));
}

TEST_F(LegacyMmioTransportTest, CannotReachAQueueBeyond44Bits) {
  MmioTransport& transport = Prepare();
  ASSERT_OK(transport.OfferOf(0));

  EXPECT_THAT(
      transport.EnableQueue(
          0,
          {.size = 64, .descriptors = 1ull << 44, .available = 0, .used = 0}),
      IsError(ErrorCode::kUnsupported));
}

TEST_F(MmioTransportTest, NotifiesByNumber) {
  MmioTransport& transport = Prepare();
  ASSERT_OK(transport.OfferOf(1));
  ASSERT_OK(transport.EnableQueue(1, kSetup));
  ASSERT_OK(MarkReady(transport));
  registers().ForgetAccesses();

  transport.Notify(1);

  EXPECT_EQ(device_.notification_count(), 1u);
  EXPECT_THAT(registers().accesses(), ElementsAre(io::DidWrite(32, 0x50, 1)));
}

TEST_F(LegacyMmioTransportTest, StartsWithoutAgreeingOnFeatures) {
  MmioTransport& transport = Prepare();
  ASSERT_OK(transport.OfferOf(0));
  ASSERT_OK(transport.EnableQueue(0, kSetup));
  ASSERT_OK(MarkReady(transport));

  EXPECT_THAT(device_.status_writes(), ElementsAre(0x00, 0x01, 0x03, 0x07));
}

TEST_F(MmioTransportTest, ReadsConfigurationConsistently) {
  MmioTransport& transport = Prepare();
  device_.faults().config_changes = 1;
  uint32_t value = 0;

  ASSERT_OK(
      transport.ReadConsistently([&] { value = transport.ReadConfig32(4); }));

  EXPECT_EQ(value, 0x0807'0605u);
  EXPECT_EQ(registers().read_count(0x104), 2);
}

TEST_F(LegacyMmioTransportTest, ReadsConfigurationOnce) {
  MmioTransport& transport = Prepare();
  uint32_t value = 0;

  ASSERT_OK(
      transport.ReadConsistently([&] { value = transport.ReadConfig32(0); }));

  EXPECT_EQ(value, 0x0403'0201u);
  EXPECT_EQ(registers().accesses().size(), 1u) << "there is no generation";
}

TEST_F(MmioTransportTest, LacksAQueue) {
  MmioTransport& transport = Prepare();

  EXPECT_THAT(transport.OfferOf(2), IsError(ErrorCode::kNotFound));
}

TEST_F(MmioTransportTest, RefusesAQueueOfImpossibleSize) {
  MmioTransport& transport = Prepare();
  registers().OnRead(kQueueSizeMax, [] { return 0x8001u; });

  EXPECT_THAT(transport.OfferOf(0), IsError(ErrorCode::kDeviceError));
}

TEST_F(MmioTransportTest, RefusesAQueueInUse) {
  MmioTransport& transport = Prepare();
  registers().set_value(kQueueReady, 1);

  EXPECT_THAT(transport.OfferOf(0), IsError(ErrorCode::kDeviceError));
}

TEST_F(LegacyMmioTransportTest, RefusesAQueueInUse) {
  MmioTransport& transport = Prepare();
  registers().set_value(kQueuePageNumber, 0x1234);

  EXPECT_THAT(transport.OfferOf(0), IsError(ErrorCode::kDeviceError));
}

}  // namespace
}  // namespace flint::virtio
