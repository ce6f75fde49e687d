// SPDX-License-Identifier: Apache-2.0
// Bringing an entropy device up: what is negotiated, and what is refused.
#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "boot/memory/memory_map.h"
#include "drivers/io/fake_device_mapper.h"
#include "drivers/io/fake_register_io.h"
#include "drivers/pci/fake_pci_config.h"
#include "drivers/pci/scan.h"
#include "drivers/rng/virtio_random.h"
#include "drivers/rng/virtio_random_fixture.h"
#include "drivers/rng/virtio_random_probe.h"
#include "drivers/virtio/fake_transport.h"
#include "drivers/virtio/fake_virtio_device.h"
#include "drivers/virtio/fake_virtio_mmio.h"
#include "drivers/virtio/fake_virtio_pci.h"
#include "drivers/virtio/mmio_devices.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platforms/base/arena.h"
#include "testing/result_matchers.h"

namespace flint::rng {
namespace {

using ::flint::testing::IsError;
using ::flint::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using virtio::FakeVirtioDevice;

using VirtioRandomStart = VirtioRandomTest;

TEST_F(VirtioRandomStart, FollowsTheOrderOfTheStatus) {
  Insert({.features = uint64_t{1} << 28 | uint64_t{1} << 29}).LeaveRunning();
  device_->faults().polls_until_reset = 10;

  const VirtioRandom& random = Start();

  EXPECT_EQ(random.quality(), Quality::kEntropy);
  EXPECT_THAT(device_->status_writes(),
              ElementsAre(0x00, 0x01, 0x03, 0x0B, 0x0F));
  EXPECT_EQ(device_->driver_features(), virtio::kFeatureVersion1);
  EXPECT_THAT(requests_, IsEmpty()) << "nothing is asked for in advance";
}

TEST_F(VirtioRandomStart, RefusesWhatIsNoEntropyDevice) {
  FakeVirtioDevice console(
      memory_, {.type = virtio::DeviceType::kConsole}, nullptr);
  virtio::FakeTransport transport(console);

  EXPECT_THAT(VirtioRandom::Start(transport, resources_),
              IsError(ErrorCode::kUnsupported));

  EXPECT_THAT(console.status_writes(), IsEmpty()) << "not ours to touch";
}

TEST_F(VirtioRandomStart, GivesUpWhatItCannotServe) {
  Insert({.queue_size_max = 0});
  EXPECT_THAT(TryStart(), IsError(ErrorCode::kNotFound));
  EXPECT_EQ(device_->status(), 0x8B);

  Insert();
  transport_->FailEnabling();
  EXPECT_THAT(TryStart(), IsError(ErrorCode::kDeviceError));
  EXPECT_EQ(device_->status(), 0x8B);

  Insert().faults().refuses_features = true;
  EXPECT_THAT(TryStart(), IsError(ErrorCode::kUnsupported));

  Insert().LeaveRunning();
  device_->faults().polls_until_reset = UINT32_MAX;
  EXPECT_THAT(TryStart(), IsError(ErrorCode::kTimedOut));

  EXPECT_FALSE(SomePagesAreTaken());
}

TEST_F(VirtioRandomStart, ResetsADeviceThatFailsToStart) {
  Insert().faults().fails_to_start = true;

  EXPECT_THAT(TryStart(), IsError(ErrorCode::kDeviceError));

  EXPECT_EQ(device_->status(), 0);
  EXPECT_FALSE(SomePagesAreTaken());
}

TEST_F(VirtioRandomStart, FailsWithoutMemory) {
  Insert();
  ASSERT_OK(pages_.AllocateAt(
      kPagesAddress, kPagesBytes / 4096, memory::MemoryUse::kKernel));
  EXPECT_THAT(TryStart(), IsError(ErrorCode::kNoMemory));
  ASSERT_OK(pages_.Free(kPagesAddress, kPagesBytes / 4096));

  Insert();
  Arena tiny{std::span(arena_memory_).first(16)};
  EXPECT_THAT(
      VirtioRandom::Start(
          *transport_,
          {.clock = clock_, .memory = memory_, .pages = pages_, .arena = tiny}),
      IsError(ErrorCode::kNoMemory));
  EXPECT_FALSE(SomePagesAreTaken());
}

TEST_F(VirtioRandomStart, TakesALegacyQueueAsItIs) {
  Insert({.queue_size_max = 1024, .legacy = true});
  constexpr uint64_t kLastAddress = kPagesAddress + kPagesBytes / 2 - 1;
  transport_->set_last_queue_address(kLastAddress);

  EXPECT_THAT(Start().Fill(bytes_), IsOk());

  for (const auto& range : pages_.ranges()) {
    if (range.type != memory::MemoryType::kFirmware) continue;
    EXPECT_LE(range.end, kLastAddress + 1);
  }
}

/// The same machine with PCI and virtio-mmio.
class VirtioRandomProbe : public VirtioRandomTest {
 protected:
  void Place(const pci::Address& address, uint16_t device_id = 0x1044) {
    place_.emplace(*device_,
                   config_,
                   mapper_,
                   virtio::FakeVirtioPci::Options{.address = address,
                                                  .device_id = device_id});
  }

  VirtioRandom* Probe() {
    const pci::ScanResult found = pci::Scan(config_, functions_);
    return ProbeVirtioRandom(
        {.pci = {.config = config_, .mapper = mapper_, .ports = ports_},
         .functions = found.functions,
         .mmio_devices = mmio_devices_.devices()},
        resources_,
        random_);
  }

  pci::FakePciConfig config_;
  io::FakeDeviceMapper mapper_;
  io::FakeRegisterIo ports_{0x1'0000};
  virtio::MmioDevices mmio_devices_{mapper_, arena_};
  std::array<pci::Function, 8> functions_{};
  std::optional<virtio::FakeVirtioPci> place_;
  std::optional<VirtioRandom> random_;
};

TEST_F(VirtioRandomProbe, StartsAModernDevice) {
  Insert();
  Place({0, 0, 3, 0});

  VirtioRandom* random = Probe();

  ASSERT_NE(random, nullptr);
  EXPECT_THAT(random->Fill(bytes_), IsOk());
  EXPECT_EQ(bytes_[31], std::byte{32});
}

TEST_F(VirtioRandomProbe, StartsADeviceOnVirtioMmio) {
  FakeVirtioDevice disk(memory_, {}, nullptr);
  virtio::FakeVirtioMmio disk_registers(disk);
  virtio::FakeVirtioMmio registers(Insert({.legacy = true}));
  mapper_.AddWindow(0x1000, disk_registers.registers());
  mapper_.AddWindow(0x1200, registers.registers());
  mmio_devices_.LookAt(0x1000, 0x200);
  mmio_devices_.LookAt(0x1200, 0x200);

  VirtioRandom* random = Probe();

  ASSERT_NE(random, nullptr);
  EXPECT_THAT(random->Fill(bytes_), IsOk());
  EXPECT_THAT(disk.status_writes(), IsEmpty()) << "not ours to touch";
}

TEST_F(VirtioRandomProbe, GoesOnAfterADeviceThatFails) {
  // One whose registers nobody gave an address.
  config_.AddFunction({0, 0, 3, 0}, 0x1AF4, 0x1005).Set16(0x2E, 4);
  Insert();
  Place({0, 0, 4, 0}, 0x1005);

  VirtioRandom* random = Probe();

  ASSERT_NE(random, nullptr);
  EXPECT_THAT(random->Fill(bytes_), IsOk());
}

TEST_F(VirtioRandomProbe, LeavesOtherDevicesAlone) {
  config_.AddFunction({0, 0, 3, 0}, 0x1AF4, 0x1042);
  config_.AddFunction({0, 0, 4, 0}, 0x1AF4, 0x1000).Set16(0x2E, 1);

  EXPECT_EQ(Probe(), nullptr);

  EXPECT_EQ(config_.write_count(), 0u);
}

}  // namespace
}  // namespace flint::rng
