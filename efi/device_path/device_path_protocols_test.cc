// SPDX-License-Identifier: Apache-2.0
#include "efi/device_path/device_path_protocols.h"

#include <string>
#include <vector>

#include "efi/abi/status.h"
#include "efi/device_path/device_path.h"
#include "efi/device_path/nodes.h"
#include "efi/device_path/path_writer.h"
#include "efi/memory/host_ram.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "testing/result_matchers.h"

namespace flint::efi {
namespace {

using abi::CHAR16;
using abi::EFI_DEVICE_PATH_PROTOCOL;
using ::testing::ElementsAreArray;
using ::testing::IsNull;
using ::testing::NotNull;

/// The protocols as an image finds them, and paths to give to them.
class DevicePathProtocolsTest : public ::testing::Test {
 protected:
  DevicePathProtocolsTest() {
    disk_writer_->Append(nodes::PciRoot(0));
    disk_writer_->Append(nodes::Pci(3, 0));
    disk_ = disk_writer_->Finish()->abi_pointer();
    file_writer_->AppendFilePath(u"\\a");
    file_ = file_writer_->Finish()->abi_pointer();
  }

  std::u16string ToText(const EFI_DEVICE_PATH_PROTOCOL* path) {
    CHAR16* const text = protocols_.to_text()->ConvertDevicePathToText(
        path, abi::FALSE, abi::FALSE);
    EXPECT_THAT(text, NotNull());
    if (text == nullptr) return {};
    const std::u16string copy = text;
    EXPECT_EQ(pool_.FreePool(text), abi::EFI_SUCCESS);
    return copy;
  }

  /// The text of a path that is then freed, as the caller has to.
  std::u16string ToTextAndFree(EFI_DEVICE_PATH_PROTOCOL* path) {
    EXPECT_THAT(path, NotNull());
    if (path == nullptr) return {};
    const std::u16string text = ToText(path);
    EXPECT_EQ(pool_.FreePool(path), abi::EFI_SUCCESS);
    return text;
  }

  HostRam ram_;
  PageServices pages_{ram_.map(), ram_};
  PoolServices pool_{pages_};
  DevicePathProtocols protocols_{pool_};
  abi::EFI_DEVICE_PATH_UTILITIES_PROTOCOL& utilities_ = *protocols_.utilities();

  FixedPathWriter<128> disk_writer_, file_writer_;
  EFI_DEVICE_PATH_PROTOCOL* disk_;
  EFI_DEVICE_PATH_PROTOCOL* file_;
};

TEST_F(DevicePathProtocolsTest, SizesIncludeTheEnd) {
  EXPECT_EQ(utilities_.GetDevicePathSize(disk_), 12u + 6u + 4u);
  EXPECT_EQ(utilities_.GetDevicePathSize(DevicePath::Empty().abi_pointer()),
            4u);
  EXPECT_EQ(utilities_.GetDevicePathSize(nullptr), 0u);
}

TEST_F(DevicePathProtocolsTest, RefusesBrokenPaths) {
  const uint8_t bytes[] = {1, 1, 0, 0, 2, 3, 0x7f, 0xff, 4, 0};
  std::vector<uint8_t> broken(bytes, bytes + sizeof(bytes));
  auto* const path =
      static_cast<EFI_DEVICE_PATH_PROTOCOL*>(static_cast<void*>(broken.data()));

  EXPECT_EQ(utilities_.GetDevicePathSize(path), 0u);
  EXPECT_THAT(utilities_.DuplicateDevicePath(path), IsNull());
  EXPECT_THAT(utilities_.AppendDevicePath(disk_, path), IsNull());
  EXPECT_THAT(utilities_.AppendDevicePath(path, disk_), IsNull());
  EXPECT_THAT(utilities_.AppendDeviceNode(disk_, path), IsNull());
  EXPECT_THAT(utilities_.AppendDevicePathInstance(disk_, path), IsNull());
  EXPECT_EQ(utilities_.IsDevicePathMultiInstance(path), abi::FALSE);
  EXPECT_THAT(protocols_.to_text()->ConvertDevicePathToText(
                  path, abi::FALSE, abi::FALSE),
              IsNull());
}

TEST_F(DevicePathProtocolsTest, Duplicates) {
  EFI_DEVICE_PATH_PROTOCOL* const copy = utilities_.DuplicateDevicePath(disk_);

  ASSERT_THAT(copy, NotNull());
  EXPECT_NE(copy, disk_);
  EXPECT_EQ(*DevicePath::At(copy), *DevicePath::At(disk_));
  EXPECT_EQ(pool_.FreePool(copy), abi::EFI_SUCCESS);
  EXPECT_THAT(utilities_.DuplicateDevicePath(nullptr), IsNull());
}

TEST_F(DevicePathProtocolsTest, AppendsPaths) {
  EXPECT_EQ(ToTextAndFree(utilities_.AppendDevicePath(disk_, file_)),
            u"PciRoot(0x0)/Pci(0x3,0x0)/\\a");
  EXPECT_EQ(ToTextAndFree(utilities_.AppendDevicePath(nullptr, file_)), u"\\a");
  EXPECT_EQ(ToTextAndFree(utilities_.AppendDevicePath(disk_, nullptr)),
            u"PciRoot(0x0)/Pci(0x3,0x0)");
  EXPECT_EQ(ToTextAndFree(utilities_.AppendDevicePath(nullptr, nullptr)), u"");
}

TEST_F(DevicePathProtocolsTest, AppendsNodes) {
  EXPECT_EQ(ToTextAndFree(utilities_.AppendDeviceNode(disk_, file_)),
            u"PciRoot(0x0)/Pci(0x3,0x0)/\\a");
  EXPECT_EQ(ToTextAndFree(utilities_.AppendDeviceNode(nullptr, disk_)),
            u"PciRoot(0x0)");
  EXPECT_EQ(ToTextAndFree(utilities_.AppendDeviceNode(disk_, nullptr)),
            u"PciRoot(0x0)/Pci(0x3,0x0)");
  EXPECT_EQ(ToTextAndFree(utilities_.AppendDeviceNode(nullptr, nullptr)), u"");
}

TEST_F(DevicePathProtocolsTest, AppendsAndTakesApartInstances) {
  EFI_DEVICE_PATH_PROTOCOL* const both =
      utilities_.AppendDevicePathInstance(disk_, file_);
  ASSERT_THAT(both, NotNull());
  EXPECT_EQ(utilities_.IsDevicePathMultiInstance(both), abi::TRUE);
  EXPECT_EQ(utilities_.IsDevicePathMultiInstance(disk_), abi::FALSE);
  EXPECT_EQ(utilities_.IsDevicePathMultiInstance(nullptr), abi::FALSE);

  EFI_DEVICE_PATH_PROTOCOL* rest = both;
  abi::UINTN size = 0;
  EFI_DEVICE_PATH_PROTOCOL* instance =
      utilities_.GetNextDevicePathInstance(&rest, &size);
  EXPECT_EQ(size, 22u);
  EXPECT_EQ(ToTextAndFree(instance), u"PciRoot(0x0)/Pci(0x3,0x0)");
  ASSERT_THAT(rest, NotNull());

  instance = utilities_.GetNextDevicePathInstance(&rest, &size);
  EXPECT_EQ(size, 4u + 6u + 4u);
  EXPECT_EQ(ToTextAndFree(instance), u"\\a");
  EXPECT_THAT(rest, IsNull());

  EXPECT_THAT(utilities_.GetNextDevicePathInstance(&rest, &size), IsNull());
  EXPECT_THAT(utilities_.GetNextDevicePathInstance(nullptr, &size), IsNull());
  EXPECT_EQ(pool_.FreePool(both), abi::EFI_SUCCESS);
}

TEST_F(DevicePathProtocolsTest, NeedsAnInstanceToAppend) {
  EXPECT_THAT(utilities_.AppendDevicePathInstance(disk_, nullptr), IsNull());
  EXPECT_EQ(ToTextAndFree(utilities_.AppendDevicePathInstance(nullptr, file_)),
            u"\\a");
}

TEST_F(DevicePathProtocolsTest, ReportsNoInstanceSizeWhereNoneIsWanted) {
  EFI_DEVICE_PATH_PROTOCOL* rest = disk_;

  EXPECT_EQ(ToTextAndFree(utilities_.GetNextDevicePathInstance(&rest, nullptr)),
            u"PciRoot(0x0)/Pci(0x3,0x0)");
}

TEST_F(DevicePathProtocolsTest, CreatesZeroedNodes) {
  EFI_DEVICE_PATH_PROTOCOL* const node =
      utilities_.CreateDeviceNode(abi::HARDWARE_DEVICE_PATH, 1, 6);

  ASSERT_THAT(node, NotNull());
  EXPECT_THAT(DeviceNode::At(node)->bytes(),
              ElementsAreArray({std::byte{1},
                                std::byte{1},
                                std::byte{6},
                                std::byte{0},
                                std::byte{0},
                                std::byte{0}}));
  EXPECT_EQ(pool_.FreePool(node), abi::EFI_SUCCESS);
  EXPECT_THAT(utilities_.CreateDeviceNode(1, 1, 3), IsNull());
}

TEST_F(DevicePathProtocolsTest, ConvertsToText) {
  auto& to_text = *protocols_.to_text();
  CHAR16* const node =
      to_text.ConvertDeviceNodeToText(disk_, abi::TRUE, abi::TRUE);

  ASSERT_THAT(node, NotNull());
  EXPECT_EQ(std::u16string(node), u"PciRoot(0x0)");
  EXPECT_EQ(pool_.FreePool(node), abi::EFI_SUCCESS);
  EXPECT_EQ(ToText(disk_), u"PciRoot(0x0)/Pci(0x3,0x0)");
  EXPECT_THAT(to_text.ConvertDeviceNodeToText(nullptr, abi::FALSE, abi::FALSE),
              IsNull());
  EXPECT_THAT(to_text.ConvertDevicePathToText(nullptr, abi::FALSE, abi::FALSE),
              IsNull());
}

TEST_F(DevicePathProtocolsTest, ConvertsFromText) {
  auto& from_text = *protocols_.from_text();

  EXPECT_EQ(ToTextAndFree(from_text.ConvertTextToDevicePath(
                u"PciRoot(0)/Pci(3,0)/\\EFI\\x.efi")),
            u"PciRoot(0x0)/Pci(0x3,0x0)/\\EFI\\x.efi");
  EXPECT_EQ(ToTextAndFree(from_text.ConvertTextToDevicePath(u"")), u"");
  EXPECT_THAT(from_text.ConvertTextToDevicePath(nullptr), IsNull());

  EFI_DEVICE_PATH_PROTOCOL* const node =
      from_text.ConvertTextToDeviceNode(u"Pci(1,2)");
  ASSERT_THAT(node, NotNull());
  EXPECT_EQ(DeviceNode::At(node)->size_bytes(), 6u);
  EXPECT_EQ(pool_.FreePool(node), abi::EFI_SUCCESS);
  EXPECT_THAT(from_text.ConvertTextToDeviceNode(nullptr), IsNull());
}

TEST_F(DevicePathProtocolsTest, ReturnsNullWithoutMemory) {
  std::u16string text = u"Uri(";
  text.append(70'000, u'x');
  text += u")";
  EXPECT_THAT(protocols_.from_text()->ConvertTextToDevicePath(text.c_str()),
              IsNull());
  EXPECT_THAT(protocols_.from_text()->ConvertTextToDeviceNode(text.c_str()),
              IsNull());

  abi::EFI_PHYSICAL_ADDRESS address = 0;
  while (pages_.AllocatePages(
             abi::AllocateAnyPages, abi::EfiLoaderData, 1, &address) ==
         abi::EFI_SUCCESS) {
  }
  std::vector<void*> buffers;
  while (void* const buffer = pool_.Allocate(32)) buffers.push_back(buffer);
  EXPECT_THAT(utilities_.DuplicateDevicePath(disk_), IsNull());
  EXPECT_THAT(protocols_.to_text()->ConvertDevicePathToText(
                  disk_, abi::FALSE, abi::FALSE),
              IsNull());
}

}  // namespace
}  // namespace flint::efi
