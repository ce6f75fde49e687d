// SPDX-License-Identifier: Apache-2.0
// Virtio disks on PCI and virtio-mmio, from where they are found to their
// contents.
#include <algorithm>
#include <array>
#include <deque>
#include <vector>

#include "boot/memory/e820.h"
#include "boot/memory/memory_map.h"
#include "drivers/block/disk_list.h"
#include "drivers/block/fake_virtio_disk.h"
#include "drivers/block/mmio_disks.h"
#include "drivers/block/pci_disks.h"
#include "drivers/block/virtio_block_device.h"
#include "drivers/clock/fake_clock.h"
#include "drivers/io/fake_device_mapper.h"
#include "drivers/io/fake_register_io.h"
#include "drivers/pci/fake_pci_config.h"
#include "drivers/pci/scan.h"
#include "drivers/virtio/fake_legacy_virtio_pci.h"
#include "drivers/virtio/fake_virtio_mmio.h"
#include "drivers/virtio/fake_virtio_pci.h"
#include "drivers/virtio/mmio_devices.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platforms/base/fake_guest_memory.h"
#include "testing/result_matchers.h"

namespace flint::block {
namespace {

using ::flint::testing::IsError;
using ::flint::testing::IsOk;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr uint64_t kMiB = 1 << 20;
constexpr uint64_t kPagesAddress = 16 * kMiB;
constexpr uint64_t kBufferAddress = 32 * kMiB;

/// A machine with PCI, from configuration space to the disks' contents.
class VirtioBlockProbe : public ::testing::Test {
 protected:
  VirtioBlockProbe() {
    memory_.AddRegion(kPagesAddress, kMiB);
    const std::array<memory::E820Entry, 1> entries{
        {{.address = kPagesAddress,
          .size_bytes = kMiB,
          .type = memory::E820Type::kRam}}};
    pages_.Build(entries, uint64_t{1} << 46);
    clock_.OnRelax([this] {
      for (FakeVirtioDisk& disk : disks_) disk.device().Work();
    });
  }

  /// A disk each of whose bytes is `content`.
  FakeVirtioDisk& MakeDisk(std::byte content, bool legacy = false) {
    auto& bytes = contents_.emplace_back(64 * 512, content);
    return disks_.emplace_back(
        memory_,
        FakeVirtioDisk::Options{.capacity = 64, .legacy = legacy},
        bytes);
  }

  FakeVirtioDisk& AddDisk(const pci::Address& address,
                          std::byte content,
                          uint16_t device_id = 0x1042) {
    FakeVirtioDisk& disk = MakeDisk(content);
    const pci::FakeBar bar{.address = 0x40'0000'0000 + disks_.size() * kMiB,
                           .size_bytes = 0x4000,
                           .is_64_bit = true};
    places_.emplace_back(
        disk.device(),
        config_,
        mapper_,
        virtio::FakeVirtioPci::Options{
            .address = address, .device_id = device_id, .bars = {{4, bar}}});
    return disk;
  }

  std::span<Disk> Probe(size_t room = 4) {
    const pci::ScanResult found = pci::Scan(config_, functions_);
    DiskList list(std::span(storage_).first(room));
    AddPciDisks({.config = config_, .mapper = mapper_, .ports = ports_},
                found.functions,
                resources_,
                list);
    AddMmioDisks(mmio_devices_.devices(), resources_, list);
    return list.disks();
  }

  FakeGuestMemory memory_;
  MutableBytes buffer_ = memory_.AddRegion(kBufferAddress, 512);
  std::array<memory::MemoryRange, 16> ranges_{};
  memory::MemoryMap pages_{ranges_};
  clock::FakeClock clock_;
  std::array<std::byte, 16384> arena_memory_{};
  Arena arena_{arena_memory_};
  DriverResources resources_{
      .clock = clock_, .memory = memory_, .pages = pages_, .arena = arena_};
  pci::FakePciConfig config_;
  io::FakeDeviceMapper mapper_;
  io::FakeRegisterIo ports_{0x1'0000};
  virtio::MmioDevices mmio_devices_{mapper_, arena_};
  std::deque<std::vector<std::byte>> contents_;
  std::deque<FakeVirtioDisk> disks_;
  std::deque<virtio::FakeVirtioPci> places_;
  std::array<pci::Function, 32> functions_{};
  std::array<Disk, 4> storage_{};
};

TEST_F(VirtioBlockProbe, StartsAllDisksInBusOrder) {
  config_.AddFunction({0, 0, 0, 0}, 0x8086, 0x29C0);
  config_.AddBridge({0, 0, 2, 0}, 1, 1);
  AddDisk({0, 1, 0, 0}, std::byte{3});
  AddDisk({0, 0, 7, 0}, std::byte{2}, 0x1001);
  AddDisk({0, 0, 3, 0}, std::byte{1});

  const auto found = Probe();

  ASSERT_THAT(found, SizeIs(3));
  for (size_t i = 0; i < found.size(); ++i) {
    ASSERT_OK(found[i].status);
    ASSERT_OK(found[i].device->Read({{{.lba = 5, .buffer = buffer_}}}));
    EXPECT_EQ(buffer_[0], std::byte(i + 1));
  }
  EXPECT_EQ(found[0].device->name(), "virtio-blk at pci 0000:00:03.0");
  EXPECT_EQ(found[1].device->name(), "virtio-blk at pci 0000:00:07.0");
  EXPECT_EQ(found[2].device->name(), "virtio-blk at pci 0000:01:00.0");
}

TEST_F(VirtioBlockProbe, GoesOnAfterADiskThatFails) {
  AddDisk({0, 0, 3, 0}, std::byte{1}).device().faults().refuses_features = true;
  AddDisk({0, 0, 4, 0}, std::byte{2});

  const auto found = Probe();

  ASSERT_THAT(found, SizeIs(2));
  EXPECT_THAT(found[0].status, IsError(ErrorCode::kUnsupported));
  EXPECT_EQ(found[0].device, nullptr);
  EXPECT_EQ(found[0].name.view(), "virtio-blk at pci 0000:00:03.0");
  EXPECT_THAT(found[1].status, IsOk());
  EXPECT_EQ(found[1].attachment.function, (pci::Address{0, 0, 4, 0}));
}

TEST_F(VirtioBlockProbe, StartsALegacyDisk) {
  FakeVirtioDisk& disk = MakeDisk(std::byte{7}, /*legacy=*/true);
  const virtio::FakeLegacyVirtioPci place(disk.device(), config_, ports_, {});

  const auto found = Probe();

  ASSERT_THAT(found, SizeIs(1));
  ASSERT_OK(found[0].status);
  ASSERT_OK(found[0].device->Read({{{.lba = 5, .buffer = buffer_}}}));
  EXPECT_EQ(buffer_[0], std::byte{7});
  ASSERT_OK(found[0].device->Quiesce());
  EXPECT_EQ(disk.device().status(), 0);
}

TEST_F(VirtioBlockProbe, StartsDisksOnVirtioMmioInTheOrderTheyWereNamed) {
  virtio::FakeVirtioMmio modern(MakeDisk(std::byte{2}).device());
  virtio::FakeVirtioMmio legacy(MakeDisk(std::byte{1}, true).device());
  mapper_.AddWindow(0x1000, modern.registers());
  mapper_.AddWindow(0x1200, legacy.registers());
  mmio_devices_.LookAt(0x1200, 0x200);
  mmio_devices_.LookAt(0x1000, 0x200);

  const auto found = Probe();

  ASSERT_THAT(found, SizeIs(2));
  for (size_t i = 0; i < found.size(); ++i) {
    ASSERT_OK(found[i].status);
    ASSERT_OK(found[i].device->Read({{{.lba = 5, .buffer = buffer_}}}));
    EXPECT_EQ(buffer_[0], std::byte(i + 1));
    ASSERT_OK(found[i].device->Quiesce());
  }
  EXPECT_EQ(found[0].name.view(), "virtio-blk at mmio 1200");
  EXPECT_EQ(found[1].attachment.mmio_address, 0x1000u);
}

TEST_F(VirtioBlockProbe, LeavesOtherDevicesOnVirtioMmioAlone) {
  virtio::FakeVirtioDevice entropy(
      memory_, {.type = virtio::DeviceType::kEntropy}, nullptr);
  virtio::FakeVirtioMmio registers(entropy);
  mapper_.AddWindow(0x1000, registers.registers());
  mmio_devices_.LookAt(0x1000, 0x200);

  EXPECT_THAT(Probe(), IsEmpty());
  EXPECT_THAT(entropy.status_writes(), IsEmpty());
}

TEST_F(VirtioBlockProbe, ReportsALegacyDiskWithoutPorts) {
  pci::FakeFunction& function =
      config_.AddFunction({0, 0, 3, 0}, 0x1AF4, 0x1001);
  function.Set16(0x2E, 2);
  function.SetBar(0, {.address = 0, .size_bytes = 0x80, .io = true});

  const auto found = Probe();

  ASSERT_THAT(found, SizeIs(1));
  EXPECT_THAT(found[0].status, IsError(ErrorCode::kUnsupported));
}

TEST_F(VirtioBlockProbe, LeavesOtherDevicesAlone) {
  config_.AddFunction({0, 0, 3, 0}, 0x1AF4, 0x1041);
  config_.AddFunction({0, 0, 4, 0}, 0x1AF4, 0x1000).Set16(0x2E, 1);
  config_.AddFunction({0, 0, 5, 0}, 0x8086, 0x2922);

  EXPECT_THAT(Probe(), IsEmpty());

  EXPECT_EQ(config_.write_count(), 0u);
}

TEST_F(VirtioBlockProbe, StartsAsManyAsThereIsRoomFor) {
  AddDisk({0, 0, 3, 0}, std::byte{1});
  AddDisk({0, 0, 4, 0}, std::byte{2});

  EXPECT_THAT(Probe(1), SizeIs(1));

  EXPECT_EQ(disks_[0].device().status(), 0x0F);
  EXPECT_EQ(disks_[1].device().status(), 0x00);
}

}  // namespace
}  // namespace flint::block
