// SPDX-License-Identifier: Apache-2.0

// [uefi-2.10 10.5, 10.6]

#include <string_view>

#include "efi/abi/protocol/device_path_utilities.h"
#include "testing/efi/checks/check_list.h"

namespace flint::efi_testing {

using namespace efi::abi;

namespace {

constexpr std::u16string_view kText =
    u"PciRoot(0x0)/Pci(0x3,0x0)/"
    u"HD(1,GPT,15E39A00-1DD2-1000-8D7F-00A0C92408FC,0x800,0x1000)/"
    u"\\EFI\\BOOT\\BOOTX64.EFI";
constexpr UINTN kSize = 12 + 6 + 42 + (4 + 22 * 2) + 4;

template <typename Protocol>
Protocol* Locate(Checker& checker, EFI_GUID guid) {
  VOID* interface = nullptr;
  EXPECT_STATUS(checker,
                checker.boot().LocateProtocol(&guid, nullptr, &interface),
                EFI_SUCCESS);
  return static_cast<Protocol*>(interface);
}

}  // namespace

void CheckDevicePathUtilities(Checker& checker) {
  EFI_BOOT_SERVICES& boot = checker.boot();
  auto* const utilities = Locate<EFI_DEVICE_PATH_UTILITIES_PROTOCOL>(
      checker, EFI_DEVICE_PATH_UTILITIES_PROTOCOL_GUID);
  REQUIRE(checker, utilities != nullptr);
  EFI_DEVICE_PATH_PROTOCOL* const node = utilities->CreateDeviceNode(
      HARDWARE_DEVICE_PATH, HW_PCI_DP, sizeof(PCI_DEVICE_PATH));
  REQUIRE(checker, node != nullptr);
  EFI_DEVICE_PATH_PROTOCOL* const path =
      utilities->AppendDeviceNode(nullptr, node);
  REQUIRE(checker, path != nullptr);
  EXPECT(checker, utilities->GetDevicePathSize(path) == 10);
  EFI_DEVICE_PATH_PROTOCOL* const twice =
      utilities->AppendDevicePathInstance(path, path);
  REQUIRE(checker, twice != nullptr);
  EXPECT(checker, utilities->IsDevicePathMultiInstance(twice) == TRUE);
  EXPECT(checker, utilities->IsDevicePathMultiInstance(path) == FALSE);
  EXPECT_STATUS(checker, boot.FreePool(twice), EFI_SUCCESS);
  EXPECT_STATUS(checker, boot.FreePool(path), EFI_SUCCESS);
  EXPECT_STATUS(checker, boot.FreePool(node), EFI_SUCCESS);
  EXPECT(checker, utilities->DuplicateDevicePath(nullptr) == nullptr);
}

void CheckDevicePathText(Checker& checker) {
  EFI_BOOT_SERVICES& boot = checker.boot();
  auto* const utilities = Locate<EFI_DEVICE_PATH_UTILITIES_PROTOCOL>(
      checker, EFI_DEVICE_PATH_UTILITIES_PROTOCOL_GUID);
  auto* const to_text = Locate<EFI_DEVICE_PATH_TO_TEXT_PROTOCOL>(
      checker, EFI_DEVICE_PATH_TO_TEXT_PROTOCOL_GUID);
  auto* const from_text = Locate<EFI_DEVICE_PATH_FROM_TEXT_PROTOCOL>(
      checker, EFI_DEVICE_PATH_FROM_TEXT_PROTOCOL_GUID);
  REQUIRE(checker, utilities != nullptr);
  REQUIRE(checker, to_text != nullptr);
  REQUIRE(checker, from_text != nullptr);
  EFI_DEVICE_PATH_PROTOCOL* const path =
      from_text->ConvertTextToDevicePath(kText.data());
  REQUIRE(checker, path != nullptr);
  EXPECT(checker, utilities->GetDevicePathSize(path) == kSize);
  CHAR16* const text = to_text->ConvertDevicePathToText(path, FALSE, FALSE);
  REQUIRE(checker, text != nullptr);
  EXPECT(checker, std::u16string_view(text) == kText);
  EXPECT_STATUS(checker, boot.FreePool(text), EFI_SUCCESS);
  EXPECT_STATUS(checker, boot.FreePool(path), EFI_SUCCESS);
}

}  // namespace flint::efi_testing
