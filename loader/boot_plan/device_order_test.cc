// SPDX-License-Identifier: Apache-2.0
#include "loader/boot_plan/device_order.h"

#include <array>
#include <string>
#include <vector>

#include "testing/result_matchers.h"

namespace flint::boot_plan {
namespace {

using testing::IsError;
using Unit = BootDevice::Unit;

class DeviceOrderTest : public ::testing::Test {
 protected:
  DeviceOrder Parse(std::string_view text) {
    auto order = DeviceOrder::Parse(text, arena_);
    EXPECT_OK(order);
    return *order;
  }

  /// The only device of one line; nothing if it means none.
  std::optional<BootDevice> ParseLine(std::string_view line) {
    const DeviceOrder order = Parse(line);
    EXPECT_LE(order.devices().size(), 1u);
    if (order.devices().empty()) return std::nullopt;
    return order.devices()[0];
  }

  std::vector<std::byte> memory_{size_t{1} << 20};
  Arena arena_{memory_};
};

TEST_F(DeviceOrderTest, ReadsWhatQemuWrites) {
  const DeviceOrder order =
      Parse(std::string_view("/pci@i0cf8/scsi@3/disk@0,0\n"
                             "/rom@genroms/linuxboot.bin\n"
                             "/pci@i0cf8/pci-bridge@1,2/pci-bridge@0/scsi@1f,7/"
                             "channel@0/disk@5,2\n"
                             "/pci@i0cf8,80/pci8086,5845@6/namespace@1,0\n"
                             "/pci@i0cf8/pci8086,2922@1f,2/drive@4/disk@1\n"
                             "/pci@i0cf8/ethernet@4/ethernet-phy@0\n"
                             "HALT\0garbage",
                             258));

  ASSERT_EQ(order.devices().size(), 5u);
  const BootDevice& virtio = order.devices()[0];
  EXPECT_EQ(virtio.index, 0u);
  EXPECT_EQ(virtio.slot_count, 1u);
  EXPECT_EQ(virtio.slots[0], (PciSlot{3, 0}));
  EXPECT_EQ(virtio.unit, Unit::kDisk);
  const BootDevice& scsi = order.devices()[1];
  EXPECT_EQ(scsi.index, 2u);
  ASSERT_EQ(scsi.slot_count, 3u);
  EXPECT_EQ(scsi.slots[0], (PciSlot{1, 2}));
  EXPECT_EQ(scsi.slots[2], (PciSlot{0x1f, 7}));
  EXPECT_EQ(scsi.unit_address, (std::array<uint32_t, 2>{5, 2}));
  const BootDevice& nvme = order.devices()[2];
  EXPECT_EQ(nvme.root_bus, 0x80u);
  EXPECT_EQ(nvme.unit, Unit::kNamespace);
  EXPECT_EQ(nvme.unit_address[0], 1u);
  const BootDevice& sata = order.devices()[3];
  EXPECT_EQ(sata.unit, Unit::kAtaDisk);
  EXPECT_EQ(sata.unit_address, (std::array<uint32_t, 2>{4, 1}));
  EXPECT_EQ(order.devices()[4].unit, Unit::kNone);
  EXPECT_EQ(order.devices()[4].index, 5u);
  EXPECT_TRUE(order.is_strict());
}

/// A device behind no bridge.
BootDevice DirectAt(uint8_t slot,
                    Unit unit = Unit::kNone,
                    std::array<uint32_t, 2> unit_address = {}) {
  return {.slots = {PciSlot{slot, 0}},
          .slot_count = 1,
          .unit = unit,
          .unit_address = unit_address};
}

TEST_F(DeviceOrderTest, FindsTheFirstLineOfAController) {
  const DeviceOrder order = Parse(
      "/pci@i0cf8/scsi@4/disk@0,0\n"
      "/pci@i0cf8/scsi@3/channel@0/disk@1,0\n"
      "/pci@i0cf8/scsi@3/channel@0/disk@0,0\n"
      "/pci@i0cf8/pci-bridge@1/scsi@3/disk@0,0\n");
  const BootDevice behind{.slots = {PciSlot{1, 0}, PciSlot{3, 0}},
                          .slot_count = 2};
  BootDevice on_other_root = DirectAt(3);
  on_other_root.root_bus = 1;

  EXPECT_EQ(order.IndexOf(DirectAt(3)), 1u);
  EXPECT_EQ(order.IndexOf(behind), 3u);
  EXPECT_EQ(order.IndexOf(on_other_root), std::nullopt);
  EXPECT_EQ(order.IndexOf({}), std::nullopt);
  EXPECT_FALSE(order.is_strict());
}

TEST_F(DeviceOrderTest, TellsTheDisksOfAControllerApart) {
  const DeviceOrder order = Parse(
      "/pci@i0cf8/scsi@3/channel@0/disk@1,0\n"
      "/pci@i0cf8/scsi@3/channel@0/disk@1,2\n"
      "/pci@i0cf8/pci8086,2922@4/drive@2/disk@0\n"
      "/pci@i0cf8/pci1b36,10@5/namespace@2,0\n"
      "/pci@i0cf8/pci1b36,10@6/namespace@0,0\n"
      "/pci@i0cf8/scsi@7\n");

  EXPECT_EQ(order.IndexOf(DirectAt(3, Unit::kDisk, {1, 2})), 1u);
  EXPECT_EQ(order.IndexOf(DirectAt(3, Unit::kDisk, {0, 0})), std::nullopt);
  EXPECT_EQ(order.IndexOf(DirectAt(4, Unit::kAtaDisk, {2, 0})), 2u);
  EXPECT_EQ(order.IndexOf(DirectAt(4, Unit::kAtaDisk, {0, 0})), std::nullopt);
  EXPECT_EQ(order.IndexOf(DirectAt(4, Unit::kDisk, {2, 0})), std::nullopt);
  EXPECT_EQ(order.IndexOf(DirectAt(5, Unit::kNamespace, {2, 0})), 3u);
  EXPECT_EQ(order.IndexOf(DirectAt(5, Unit::kNamespace, {1, 0})), std::nullopt);
  EXPECT_EQ(order.IndexOf(DirectAt(6, Unit::kNamespace, {9, 0})), 4u);
  EXPECT_EQ(order.IndexOf(DirectAt(7, Unit::kDisk, {5, 6})), 5u);
}

TEST_F(DeviceOrderTest, FindsDevicesOnVirtioMmio) {
  const DeviceOrder order = Parse(
      "/virtio-mmio@00000000feb02c00/disk@0,0\n"
      "/virtio-mmio@00000010feb02a00/channel@0/disk@1,0\n"
      "/virtio-mmio@x/disk@0,0\n");

  EXPECT_EQ(order.IndexOf({.mmio_address = 0xFEB0'2C00}), 0u);
  EXPECT_EQ(order.IndexOf({.mmio_address = 0x10'FEB0'2A00,
                           .unit = Unit::kDisk,
                           .unit_address = {1, 0}}),
            1u);
  EXPECT_EQ(order.IndexOf({.mmio_address = 0xFEB0'2A00}), std::nullopt);
  EXPECT_EQ(order.devices().size(), 2u);
}

TEST_F(DeviceOrderTest, LeavesOutWhatIsNoDevice) {
  for (const char* line : {"",
                           "/",
                           "pci@i0cf8/scsi@3",
                           "/pci@i0cf8",
                           "/pci@i0cf9/scsi@3",
                           "/pci@i0cf8,x/scsi@3",
                           "/pcix@i0cf8/scsi@3",
                           "/pci@i0cf8/scsi",
                           "/pci@i0cf8/scsi@",
                           "/pci@i0cf8/scsi@g",
                           "/pci@i0cf8/scsi@20",
                           "/pci@i0cf8/scsi@1,8",
                           "/pci@i0cf8/scsi@1,x",
                           "/pci@i0cf8/scsi@000000001",
                           "/pci@i0cf8/pci-bridge@1",
                           "/virtio-mmio@/disk@0,0",
                           "HALT"}) {
    EXPECT_FALSE(ParseLine(line)) << line;
  }
  EXPECT_TRUE(ParseLine("/pci@i0cf8/scsi@1F,7"));
}

TEST_F(DeviceOrderTest, LeavesTheUnitUnknownWhereItIs) {
  EXPECT_EQ(ParseLine("/pci@i0cf8/usb@1,2/storage@1/channel@0/disk@0,0")->unit,
            Unit::kNone);
  EXPECT_EQ(ParseLine("/pci@i0cf8/scsi@1/disk@x")->unit, Unit::kNone);
  EXPECT_EQ(ParseLine("/pci@i0cf8/isa@1/fdc@03f0/floppy@0")->unit, Unit::kNone);
}

TEST_F(DeviceOrderTest, BoundsDepthAndNumber) {
  std::string path = "/pci@i0cf8";
  for (int i = 0; i < 7; ++i) path += "/pci-bridge@1";
  EXPECT_TRUE(ParseLine(path + "/scsi@3"));
  EXPECT_FALSE(ParseLine(path + "/pci-bridge@1/scsi@3"));

  std::string lines;
  for (int i = 0; i < 300; ++i) lines += "/pci@i0cf8/scsi@3\n";
  EXPECT_EQ(Parse(lines).devices().size(), DeviceOrder::kMaxDevices);
}

TEST_F(DeviceOrderTest, ParsesEveryPrefix) {
  const std::string text =
      "/pci@i0cf8/pci-bridge@1,2/scsi@3/channel@0/disk@1,0\nHALT\n";
  for (size_t size = 0; size <= text.size(); ++size) {
    EXPECT_LE(Parse(text.substr(0, size)).devices().size(), 1u) << size;
  }
}

TEST_F(DeviceOrderTest, FailsForWantOfMemory) {
  Arena none(std::span<std::byte>{});

  EXPECT_THAT(DeviceOrder::Parse("/pci@i0cf8/scsi@3", none),
              IsError(ErrorCode::kNoMemory));
}

}  // namespace
}  // namespace flint::boot_plan
