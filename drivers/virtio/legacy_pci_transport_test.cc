// SPDX-License-Identifier: Apache-2.0
#include "drivers/virtio/legacy_pci_transport.h"

#include <array>
#include <optional>

#include "drivers/clock/fake_clock.h"
#include "drivers/io/fake_device_mapper.h"
#include "drivers/io/fake_register_io.h"
#include "drivers/pci/fake_pci_config.h"
#include "drivers/pci/registers.h"
#include "drivers/pci/scan.h"
#include "drivers/virtio/connect_pci.h"
#include "drivers/virtio/device_setup.h"
#include "drivers/virtio/fake_legacy_virtio_pci.h"
#include "drivers/virtio/fake_virtio_device.h"
#include "drivers/virtio/fake_virtio_pci.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platforms/base/arena.h"
#include "platforms/base/fake_guest_memory.h"
#include "testing/result_matchers.h"

namespace flint::virtio {
namespace {

using ::flint::testing::IsError;
using ::flint::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::SizeIs;

constexpr uint64_t kPort = 0xC000;

constexpr QueueSetup kSetup{.size = 256,
                            .descriptors = 0x12'3456'7000,
                            .available = 0x12'3456'8000,
                            .used = 0x12'3456'9000};

class LegacyPciTransportTest : public ::testing::Test {
 protected:
  void Place(const FakeLegacyVirtioPci::Options& options = {}) {
    pci_.emplace(device_, config_, ports_, options);
  }

  const pci::Function& Scan() {
    const pci::ScanResult result = pci::Scan(config_, functions_);
    EXPECT_THAT(result.functions, SizeIs(1));
    return functions_[0];
  }

  Result<LegacyPciTransport> Create() {
    return LegacyPciTransport::Create(config_, Scan(), ports_);
  }

  /// A transport whose device is ready for queues.
  LegacyPciTransport& Prepare(
      const FakeLegacyVirtioPci::Options& options = {}) {
    Place(options);
    auto transport = Create();
    EXPECT_THAT(transport, IsOk());
    transport_.emplace(*transport);
    EXPECT_THAT(Negotiate(*transport_, clock_, UINT64_MAX), IsOk());
    ports_.ForgetAccesses();
    return *transport_;
  }

  FakeGuestMemory memory_;
  clock::FakeClock clock_;
  FakeVirtioDevice device_{memory_,
                           {.features = uint64_t{1} << 9,
                            .queue_size_max = 256,
                            .queue_count = 2,
                            .legacy = true,
                            .config = {1, 2, 3, 4, 5, 6, 7, 8}},
                           nullptr};
  pci::FakePciConfig config_;
  io::FakeRegisterIo ports_{0x1'0000};
  std::optional<FakeLegacyVirtioPci> pci_;
  std::optional<LegacyPciTransport> transport_;
  std::array<pci::Function, 4> functions_{};
};

TEST_F(LegacyPciTransportTest, IsEnabledInIoSpace) {
  Place();
  pci_->function().Set16(pci::Command::kOffset, 0);

  ASSERT_OK_AND_ASSIGN(const LegacyPciTransport transport, Create());

  EXPECT_EQ(transport.device_type(), DeviceType::kBlock);
  EXPECT_TRUE(transport.legacy());
  EXPECT_EQ(transport.config_size_bytes(), 256u - 20u);
  EXPECT_EQ(pci_->function().Get16(pci::Command::kOffset),
            pci::Command::kIoSpace | pci::Command::kBusMaster |
                pci::Command::kInterruptDisable);
  EXPECT_TRUE(ports_.accesses().empty()) << "not disturbed";
}

TEST_F(LegacyPciTransportTest, StaysWithinThePorts) {
  Place({.bar = {.address = 0xFF80, .size_bytes = 0x80, .io = true}});

  ASSERT_OK_AND_ASSIGN(const LegacyPciTransport transport, Create());

  EXPECT_EQ(transport.config_size_bytes(), 0x80u - 20u);
}

TEST_F(LegacyPciTransportTest, RefusesPortsAtTheVeryEnd) {
  Place({.bar = {.address = 0xFFF0, .size_bytes = 0x10, .io = true}});

  EXPECT_THAT(Create(), IsError(ErrorCode::kCorrupt));
}

TEST_F(LegacyPciTransportTest, RefusesUnassignedPorts) {
  Place({.bar = {.address = 0, .size_bytes = 0x80, .io = true}});

  EXPECT_THAT(Create(), IsError(ErrorCode::kUnsupported));
}

TEST_F(LegacyPciTransportTest, RefusesRegistersInMemory) {
  Place({.bar = {.address = 0xC000, .size_bytes = 0x80}});

  EXPECT_THAT(Create(), IsError(ErrorCode::kUnsupported));
}

TEST_F(LegacyPciTransportTest, RefusesAModernDevice) {
  Place({.device_id = 0x1042});

  EXPECT_THAT(Create(), IsError(ErrorCode::kNotFound));
}

TEST_F(LegacyPciTransportTest, EnablesAQueueByItsPage) {
  LegacyPciTransport& transport = Prepare();

  ASSERT_OK_AND_ASSIGN(const QueueOffer offer, transport.OfferOf(1));
  ASSERT_OK(transport.EnableQueue(1, kSetup));

  EXPECT_EQ(device_.driver_features(), uint64_t{1} << 9);
  EXPECT_EQ(offer.size_max, 256);
  EXPECT_TRUE(offer.size_fixed);
  EXPECT_EQ(offer.last_address, 0xFFF'FFFF'FFFFu);
  EXPECT_THAT(ports_.writes(),
              ElementsAre(io::DidWrite(16, kPort + 14, 1),
                          io::DidWrite(16, kPort + 14, 1),
                          io::DidWrite(32, kPort + 8, 0x0123'4567)));
}

TEST_F(LegacyPciTransportTest, StartsAndNotifies) {
  LegacyPciTransport& transport = Prepare();
  ASSERT_OK(transport.OfferOf(0));
  ASSERT_OK(transport.EnableQueue(0, kSetup));
  ASSERT_OK(MarkReady(transport));
  ports_.ForgetAccesses();

  transport.Notify(0);

  EXPECT_THAT(device_.status_writes(), ElementsAre(0x00, 0x01, 0x03, 0x07));
  EXPECT_THAT(ports_.accesses(), ElementsAre(io::DidWrite(16, kPort + 16, 0)));
}

TEST_F(LegacyPciTransportTest, FindsConfigurationBehindTheQueues) {
  LegacyPciTransport& transport = Prepare();

  EXPECT_EQ(transport.ReadConfig32(4), 0x0807'0605u);

  EXPECT_EQ(ports_.read_count(kPort + 24), 1);
}

TEST_F(LegacyPciTransportTest, FindsConfigurationBehindMsiX) {
  LegacyPciTransport& transport = Prepare({.msi_x_is_on = true});

  EXPECT_EQ(transport.ReadConfig32(4), 0x0807'0605u);

  EXPECT_EQ(ports_.read_count(kPort + 28), 1);
}

TEST_F(LegacyPciTransportTest, LacksAQueue) {
  EXPECT_THAT(Prepare().OfferOf(2), IsError(ErrorCode::kNotFound));
}

TEST_F(LegacyPciTransportTest, RefusesAQueueOfImpossibleSize) {
  LegacyPciTransport& transport = Prepare();
  ports_.OnRead(kPort + 12, [] { return 0x8001u; });

  EXPECT_THAT(transport.OfferOf(0), IsError(ErrorCode::kDeviceError));
}

TEST_F(LegacyPciTransportTest, RefusesAQueueInUse) {
  LegacyPciTransport& transport = Prepare();
  ports_.set_value(kPort + 8, 0x1234);

  EXPECT_THAT(transport.OfferOf(0), IsError(ErrorCode::kDeviceError));
}

TEST_F(LegacyPciTransportTest, CannotReachAQueueBeyond44Bits) {
  LegacyPciTransport& transport = Prepare();
  ASSERT_OK(transport.OfferOf(0));
  QueueSetup setup = kSetup;
  setup.descriptors = uint64_t{1} << 44;

  EXPECT_THAT(transport.EnableQueue(0, setup),
              IsError(ErrorCode::kUnsupported));
}

class ConnectPciTest : public LegacyPciTransportTest {
 protected:
  Result<Transport*> Connect() {
    return ConnectPci({.config = config_, .mapper = mapper_, .ports = ports_},
                      Scan(),
                      arena_);
  }

  io::FakeDeviceMapper mapper_;
  std::array<std::byte, 1024> arena_memory_{};
  Arena arena_{arena_memory_};
};

TEST_F(ConnectPciTest, UsesTheLegacyInterfaceIfThereIsNoOther) {
  Place();

  ASSERT_OK_AND_ASSIGN(Transport* const transport, Connect());

  EXPECT_TRUE(transport->legacy());
}

TEST_F(ConnectPciTest, PrefersTheModernInterface) {
  FakeVirtioDevice device(memory_, {}, nullptr);
  const FakeVirtioPci pci(device, config_, mapper_, {.device_id = 0x1001});

  ASSERT_OK_AND_ASSIGN(Transport* const transport, Connect());

  EXPECT_FALSE(transport->legacy());
}

TEST_F(ConnectPciTest, SaysWhatIsWrongWithAModernDevice) {
  FakeVirtioDevice device(memory_, {}, nullptr);
  const FakeVirtioPci pci(device, config_, mapper_, {.structures = {}});

  EXPECT_THAT(Connect(), IsError(ErrorCode::kCorrupt));
}

TEST_F(ConnectPciTest, SaysWhatIsWrongWithALegacyDevice) {
  Place({.bar = {.address = 0, .size_bytes = 0x80, .io = true}});

  const auto transport = Connect();

  ASSERT_THAT(transport, IsError(ErrorCode::kUnsupported));
  EXPECT_THAT(transport.error().reason(), ::testing::HasSubstr("assigned"));
}

TEST_F(ConnectPciTest, NeedsMemory) {
  Place();
  arena_ = Arena({});

  EXPECT_THAT(Connect(), IsError(ErrorCode::kNoMemory));
}

}  // namespace
}  // namespace flint::virtio
