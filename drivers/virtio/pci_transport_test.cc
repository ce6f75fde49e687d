// SPDX-License-Identifier: Apache-2.0
#include "drivers/virtio/pci_transport.h"

#include <algorithm>
#include <array>
#include <optional>

#include "drivers/clock/fake_clock.h"
#include "drivers/io/fake_device_mapper.h"
#include "drivers/pci/fake_pci_config.h"
#include "drivers/pci/registers.h"
#include "drivers/pci/scan.h"
#include "drivers/virtio/device_setup.h"
#include "drivers/virtio/fake_virtio_device.h"
#include "drivers/virtio/fake_virtio_pci.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platforms/base/fake_guest_memory.h"
#include "testing/result_matchers.h"

namespace flint::virtio {
namespace {

using ::flint::testing::IsError;
using ::flint::testing::IsOk;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::SizeIs;

using Mapping = io::FakeDeviceMapper::Mapping;

constexpr uint64_t kBar = 0x40'0000'0000;

class PciTransportTest : public ::testing::Test {
 protected:
  /// Puts the device on the bus.
  FakeVirtioPci& Place(const FakeVirtioPci::Options& options) {
    return pci_.emplace(device_, config_, mapper_, options);
  }

  Result<PciTransport> Create() {
    const pci::ScanResult result = pci::Scan(config_, functions_);
    EXPECT_THAT(result.functions, SizeIs(1));
    return PciTransport::Create(config_, result.functions[0], mapper_);
  }

  Result<PciTransport> PlaceAndCreate(const FakeVirtioPci::Options& options) {
    Place(options);
    return Create();
  }

  /// The structure of that type, for a test to spoil.
  static FakeStructure& Find(FakeVirtioPci::Options& options, uint8_t type) {
    return *std::ranges::find(options.structures, type, &FakeStructure::type);
  }

  FakeGuestMemory memory_;
  FakeVirtioDevice device_{memory_,
                           {.features = uint64_t{1} << 9 | uint64_t{1} << 40,
                            .queue_size_max = 256,
                            .queue_count = 2,
                            .config = {1, 2, 3, 4, 5, 6, 7, 8}},
                           nullptr};
  pci::FakePciConfig config_;
  io::FakeDeviceMapper mapper_;
  std::optional<FakeVirtioPci> pci_;
  std::array<pci::Function, 4> functions_{};
};

TEST_F(PciTransportTest, FindsAndMapsTheStructures) {
  ASSERT_OK_AND_ASSIGN(PciTransport transport, PlaceAndCreate({}));

  EXPECT_EQ(transport.device_type(), DeviceType::kBlock);
  EXPECT_FALSE(transport.legacy());
  EXPECT_EQ(transport.config_size_bytes(), 0x1000u);
  EXPECT_THAT(mapper_.mappings(),
              ElementsAre(Mapping{kBar, 0x38}, Mapping{kBar + 0x2000, 0x1000}));
}

TEST_F(PciTransportTest, EnablesTheFunctionAndSilencesItsInterrupt) {
  ASSERT_OK(PlaceAndCreate({}));

  EXPECT_EQ(pci_->function().Get16(pci::Command::kOffset),
            pci::Command::kMemorySpace | pci::Command::kBusMaster |
                pci::Command::kInterruptDisable);
  EXPECT_EQ(config_.write_count(), 1u) << "BARs are read, never written";
}

TEST_F(PciTransportTest, AcceptsCloudHypervisorsLayoutIn32Bits) {
  const FakeVirtioPci::Options options{
      .bars = {{0, {.address = 0xE780'0000, .size_bytes = 0x8'0000}}},
      .structures = FakeVirtioPci::CloudHypervisorStructures()};

  EXPECT_THAT(PlaceAndCreate(options), IsOk());

  EXPECT_THAT(mapper_.mappings(), Contains(Mapping{0xE780'0000, 0x38}));
}

TEST_F(PciTransportTest, AcceptsStructuresInDifferentBars) {
  FakeVirtioPci::Options options;
  options.bars[0] = {.address = 0xFEB0'0000, .size_bytes = 0x1'0000};
  options.bars[1] = {.address = 0xFEA0'0000, .size_bytes = 0x1'0000};
  Find(options, FakeStructure::kCommon).bar = 0;
  Find(options, FakeStructure::kDevice).bar = 1;

  ASSERT_OK(PlaceAndCreate(options));

  EXPECT_THAT(
      mapper_.mappings(),
      ElementsAre(Mapping{0xFEB0'0000, 0x38}, Mapping{0xFEA0'2000, 0x1000}));
}

TEST_F(PciTransportTest, AcceptsATransitionalDevice) {
  FakeVirtioPci::Options options{.device_id = 0x1001};
  options.bars[0] = {.address = 0xC000, .size_bytes = 0x80, .io = true};

  ASSERT_OK_AND_ASSIGN(PciTransport transport, PlaceAndCreate(options));

  EXPECT_EQ(transport.device_type(), DeviceType::kBlock);
}

TEST_F(PciTransportTest, RefusesALegacyOnlyDeviceAndSaysSo) {
  const FakeVirtioPci::Options options{
      .device_id = 0x1001,
      .bars = {{0, {.address = 0xC000, .size_bytes = 0x80, .io = true}}},
      .structures = {}};

  const auto transport = PlaceAndCreate(options);

  ASSERT_THAT(transport, IsError(ErrorCode::kUnsupported));
  EXPECT_THAT(transport.error().reason(), ::testing::HasSubstr("legacy"));
}

TEST_F(PciTransportTest, RefusesWhatIsNotVirtio) {
  config_.AddFunction({0, 0, 3, 0}, 0x8086, 0x1042);

  EXPECT_THAT(Create(), IsError(ErrorCode::kNotFound));
}

TEST_F(PciTransportTest, WorksWithoutDeviceConfiguration) {
  FakeVirtioPci::Options options;
  std::erase_if(options.structures, [](const FakeStructure& structure) {
    return structure.type == FakeStructure::kDevice;
  });

  ASSERT_OK_AND_ASSIGN(PciTransport transport, PlaceAndCreate(options));

  EXPECT_EQ(transport.config_size_bytes(), 0u);
}

TEST_F(PciTransportTest, IgnoresSharedMemoryAndUnknownStructures) {
  FakeVirtioPci::Options options;
  options.structures.insert(
      options.structures.begin(),
      {{.type = FakeStructure::kSharedMemory, .bar = 2, .offset = 0x8000'0000},
       {.type = 0x77, .bar = 9}});

  EXPECT_THAT(PlaceAndCreate(options), IsOk());
}

TEST_F(PciTransportTest, TakesTheFirstUsableOfSeveral) {
  FakeVirtioPci::Options options;
  options.bars[0] = {.address = 0xC000, .size_bytes = 0x80, .io = true};
  options.bars[1] = {.address = 0, .size_bytes = 0x1000};
  const FakeStructure good = Find(options, FakeStructure::kCommon);
  FakeStructure io = good;
  io.bar = 0;
  FakeStructure unassigned = good;
  unassigned.bar = 1;
  FakeStructure reserved_bar = good;
  reserved_bar.bar = 6;
  FakeStructure worse = good;
  worse.offset = 0x2000;
  options.structures.insert(options.structures.begin(),
                            {io, unassigned, reserved_bar});
  options.structures.push_back(worse);

  ASSERT_OK(PlaceAndCreate(options));

  EXPECT_THAT(mapper_.mappings(), Contains(Mapping{kBar, 0x38}));
}

struct Spoiled {
  const char* name;
  void (*spoil)(FakeVirtioPci::Options& options);
  ErrorCode code;
};

class SpoiledStructure : public PciTransportTest,
                         public ::testing::WithParamInterface<Spoiled> {
 public:
  static FakeStructure& Common(FakeVirtioPci::Options& options) {
    return Find(options, FakeStructure::kCommon);
  }
  static FakeStructure& Notify(FakeVirtioPci::Options& options) {
    return Find(options, FakeStructure::kNotify);
  }
};

TEST_P(SpoiledStructure, IsRefused) {
  FakeVirtioPci::Options options;
  GetParam().spoil(options);

  EXPECT_THAT(PlaceAndCreate(options), IsError(GetParam().code));
  EXPECT_EQ(config_.write_count(), 0u) << "not enabled";
}

INSTANTIATE_TEST_SUITE_P(
    EachCheck,
    SpoiledStructure,
    ::testing::Values(
        Spoiled{"CommonTooShort",
                [](auto& o) { SpoiledStructure::Common(o).length = 0x37; },
                ErrorCode::kCorrupt},
        Spoiled{"NotifyTooShort",
                [](auto& o) { SpoiledStructure::Notify(o).length = 1; },
                ErrorCode::kCorrupt},
        Spoiled{
            "CapabilityTooShort",
            [](auto& o) { SpoiledStructure::Common(o).capability_size = 15; },
            ErrorCode::kCorrupt},
        Spoiled{
            "NotifyCapabilityTooShort",
            [](auto& o) { SpoiledStructure::Notify(o).capability_size = 16; },
            ErrorCode::kCorrupt},
        Spoiled{"Misaligned",
                [](auto& o) { SpoiledStructure::Common(o).offset = 2; },
                ErrorCode::kCorrupt},
        Spoiled{"NoSuchBar",
                [](auto& o) { SpoiledStructure::Common(o).bar = 6; },
                ErrorCode::kNotFound},
        Spoiled{"BarUnassigned",
                [](auto& o) { o.bars[4].address = 0; },
                ErrorCode::kUnsupported},
        Spoiled{"BarInIoSpace",
                [](auto& o) {
                  o.bars = {
                      {4, {.address = 0xC000, .size_bytes = 64, .io = true}}};
                },
                ErrorCode::kUnsupported},
        Spoiled{"Leaves32Bits",
                [](auto& o) {
                  o.bars = {
                      {4, {.address = 0xFFFF'F000, .size_bytes = 0x1000}}};
                },
                ErrorCode::kCorrupt},
        Spoiled{"Leaves64Bits",
                [](auto& o) { o.bars[4].address = 0xFFFF'FFFF'FFFF'F000; },
                ErrorCode::kCorrupt},
        Spoiled{"NoCommon",
                [](auto& o) { SpoiledStructure::Common(o).type = 0x77; },
                ErrorCode::kCorrupt},
        Spoiled{"NoNotify",
                [](auto& o) { SpoiledStructure::Notify(o).type = 0x77; },
                ErrorCode::kCorrupt}),
    [](const auto& info) { return info.param.name; });

TEST_F(PciTransportTest, RefusesACapabilityAtTheEndOfConfigurationSpace) {
  FakeVirtioPci::Options options;
  const FakeStructure common = Find(options, FakeStructure::kCommon);
  std::erase_if(options.structures, [](const FakeStructure& structure) {
    return structure.type == FakeStructure::kCommon;
  });
  FakeVirtioPci& pci = Place(options);
  pci.function().SetFirstCapability(0xF4);
  pci.function().Set32(0xF4, 0x0110'0009);
  pci.function().Set32(0xF8, common.bar);

  EXPECT_THAT(Create(), IsError(ErrorCode::kCorrupt));
}

TEST_F(PciTransportTest, PassesMappingErrorsOn) {
  FakeVirtioPci::Options options;
  Place(options);
  pci_->function().SetBar(
      4, {.address = 0x1000'0000, .size_bytes = 0x4000, .is_64_bit = true});

  EXPECT_THAT(Create(), IsError(ErrorCode::kOutOfRange));
}

TEST_F(PciTransportTest, ReadsAndWritesAll64Features) {
  clock::FakeClock clock;
  ASSERT_OK_AND_ASSIGN(PciTransport transport, PlaceAndCreate({}));

  ASSERT_OK(Negotiate(transport, clock, UINT64_MAX));

  EXPECT_EQ(device_.driver_features(),
            kFeatureVersion1 | uint64_t{1} << 9 | uint64_t{1} << 40);
}

/// With a device that is ready for queues.
class PciTransportQueue : public PciTransportTest {
 protected:
  static constexpr QueueSetup kSetup{.size = 64,
                                     .descriptors = 0x12'3456'7000,
                                     .available = 0x12'3456'7400,
                                     .used = 0x12'3456'8000};

  PciTransport& Prepare(const FakeVirtioPci::Options& options) {
    auto transport = PlaceAndCreate(options);
    EXPECT_THAT(transport, IsOk());
    transport_.emplace(*transport);
    EXPECT_THAT(Negotiate(*transport_, clock_, 0), IsOk());
    return *transport_;
  }

  clock::FakeClock clock_;
  std::optional<PciTransport> transport_;
};

TEST_F(PciTransportQueue, IsEnabledLastAndNotifiedByItsNumber) {
  PciTransport& transport = Prepare({.queue_notify_offset = 5});
  pci_->common().ForgetAccesses();

  ASSERT_OK_AND_ASSIGN(const QueueOffer offer, transport.OfferOf(1));
  ASSERT_OK(transport.EnableQueue(1, kSetup));

  EXPECT_EQ(offer.size_max, 256);
  EXPECT_FALSE(offer.size_fixed);
  EXPECT_THAT(pci_->common().writes(),
              ElementsAre(io::DidWrite(16, 0x16, 1),
                          io::DidWrite(16, 0x16, 1),
                          io::DidWrite(16, 0x18, 64),
                          io::DidWrite(32, 0x20, 0x3456'7000),
                          io::DidWrite(32, 0x24, 0x12),
                          io::DidWrite(32, 0x28, 0x3456'7400),
                          io::DidWrite(32, 0x2C, 0x12),
                          io::DidWrite(32, 0x30, 0x3456'8000),
                          io::DidWrite(32, 0x34, 0x12),
                          io::DidWrite(16, 0x1C, 1)));
  EXPECT_THAT(mapper_.mappings(), Contains(Mapping{kBar + 0x3000 + 5 * 4, 2}));
  ASSERT_OK(MarkReady(transport));
  transport.Notify(1);
  transport.Notify(1);
  EXPECT_EQ(device_.notification_count(), 2u);
  EXPECT_EQ(pci_->common().read_count(0x1E), 1) << "not before every kick";
}

TEST_F(PciTransportQueue, MayShareOneDoorbell) {
  FakeVirtioPci::Options options{.queue_notify_offset = 0xFFFF};
  Find(options, FakeStructure::kNotify).notify_multiplier = 0;
  PciTransport& transport = Prepare(options);

  ASSERT_OK(transport.OfferOf(0));
  ASSERT_OK(transport.EnableQueue(0, kSetup));

  EXPECT_THAT(mapper_.mappings(), Contains(Mapping{kBar + 0x3000, 2}));
}

TEST_F(PciTransportQueue, HasItsDoorbellInsideTheStructure) {
  FakeVirtioPci::Options options{.queue_notify_offset = 0x1000 / 4};
  PciTransport& transport = Prepare(options);
  ASSERT_OK(transport.OfferOf(0));

  EXPECT_THAT(transport.EnableQueue(0, kSetup),
              IsError(ErrorCode::kDeviceError));
}

TEST_F(PciTransportQueue, HasAnAlignedDoorbell) {
  FakeVirtioPci::Options options{.queue_notify_offset = 1};
  Find(options, FakeStructure::kNotify).notify_multiplier = 3;
  PciTransport& transport = Prepare(options);
  ASSERT_OK(transport.OfferOf(0));

  EXPECT_THAT(transport.EnableQueue(0, kSetup),
              IsError(ErrorCode::kDeviceError));
}

TEST_F(PciTransportQueue, DoesNotOverflowItsDoorbell) {
  FakeVirtioPci::Options options{.queue_notify_offset = 0x8000};
  Find(options, FakeStructure::kNotify).notify_multiplier = 0x8000'0000;
  PciTransport& transport = Prepare(options);
  ASSERT_OK(transport.OfferOf(0));

  EXPECT_THAT(transport.EnableQueue(0, kSetup),
              IsError(ErrorCode::kDeviceError));
}

TEST_F(PciTransportQueue, MustExist) {
  PciTransport& transport = Prepare({});

  EXPECT_THAT(transport.OfferOf(2), IsError(ErrorCode::kNotFound));
  EXPECT_THAT(transport.EnableQueue(PciTransport::kQueueCountMax, kSetup),
              IsError(ErrorCode::kUnsupported));
}

TEST_F(PciTransportQueue, HasASizeThatCanBe) {
  PciTransport& transport = Prepare({});
  pci_->common().OnWrite(
      0x16, [this](uint32_t) { pci_->common().set_value(0x18, 0x8001); });

  EXPECT_THAT(transport.OfferOf(0), IsError(ErrorCode::kDeviceError));
}

}  // namespace
}  // namespace flint::virtio
