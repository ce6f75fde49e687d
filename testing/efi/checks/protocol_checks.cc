// SPDX-License-Identifier: Apache-2.0

// [uefi-2.10 7.3]

#include "testing/efi/checks/check_list.h"

namespace flint::efi_testing {

using namespace efi::abi;

namespace {

constexpr EFI_GUID kFirst =
    EFI_GUID::Of("5ad1ac59-6a01-4ea3-b7a1-7a5a8f9d0c11");
constexpr EFI_GUID kSecond =
    EFI_GUID::Of("7d2c7b4e-0b63-4b4e-9b8a-3d1f8c2e6a22");

VOID EFIAPI Count(EFI_EVENT, VOID* context) { ++*static_cast<UINTN*>(context); }

}  // namespace

void CheckInstallingProtocols(Checker& checker) {
  EFI_BOOT_SERVICES& boot = checker.boot();
  EFI_GUID first = kFirst;
  EFI_GUID second = kSecond;
  int one = 1;
  int two = 2;
  EFI_HANDLE handle = nullptr;
  REQUIRE_STATUS(checker,
                 boot.InstallMultipleProtocolInterfaces(
                     &handle, &first, &one, &second, &two, nullptr),
                 EFI_SUCCESS);
  EXPECT_STATUS(checker,
                boot.InstallProtocolInterface(
                    &handle, &first, EFI_NATIVE_INTERFACE, &two),
                EFI_INVALID_PARAMETER);

  VOID* interface = nullptr;
  EXPECT_STATUS(
      checker, boot.HandleProtocol(handle, &second, &interface), EFI_SUCCESS);
  EXPECT(checker, interface == &two);
  EXPECT_STATUS(
      checker, boot.LocateProtocol(&first, nullptr, &interface), EFI_SUCCESS);
  EXPECT(checker, interface == &one);
  UINTN count = 0;
  EFI_HANDLE* handles = nullptr;
  EXPECT_STATUS(
      checker,
      boot.LocateHandleBuffer(ByProtocol, &first, nullptr, &count, &handles),
      EFI_SUCCESS);
  EXPECT(checker, count == 1 && handles[0] == handle);
  EXPECT_STATUS(checker, boot.FreePool(handles), EFI_SUCCESS);

  EXPECT_STATUS(checker,
                boot.ReinstallProtocolInterface(handle, &first, &one, &two),
                EFI_SUCCESS);
  EXPECT_STATUS(checker,
                boot.UninstallProtocolInterface(handle, &first, &one),
                EFI_NOT_FOUND);
  EXPECT_STATUS(checker,
                boot.UninstallMultipleProtocolInterfaces(
                    handle, &first, &two, &second, &two, nullptr),
                EFI_SUCCESS);
  // The last protocol takes the handle with it.
  EXPECT_STATUS(checker,
                boot.HandleProtocol(handle, &first, &interface),
                EFI_INVALID_PARAMETER);
  EXPECT_STATUS(
      checker, boot.LocateProtocol(&first, nullptr, &interface), EFI_NOT_FOUND);
}

void CheckOpeningProtocols(Checker& checker) {
  EFI_BOOT_SERVICES& boot = checker.boot();
  EFI_GUID first = kFirst;
  int one = 1;
  EFI_HANDLE handle = nullptr;
  REQUIRE_STATUS(checker,
                 boot.InstallProtocolInterface(
                     &handle, &first, EFI_NATIVE_INTERFACE, &one),
                 EFI_SUCCESS);
  VOID* interface = nullptr;
  const auto open = [&](UINT32 attributes) {
    return boot.OpenProtocol(
        handle, &first, &interface, checker.image(), handle, attributes);
  };
  EXPECT_STATUS(checker, open(EFI_OPEN_PROTOCOL_GET_PROTOCOL), EFI_SUCCESS);
  EXPECT(checker, interface == &one);
  EXPECT_STATUS(checker, open(EFI_OPEN_PROTOCOL_TEST_PROTOCOL), EFI_SUCCESS);
  EXPECT_STATUS(checker, open(EFI_OPEN_PROTOCOL_BY_DRIVER), EFI_SUCCESS);
  EXPECT_STATUS(
      checker, open(EFI_OPEN_PROTOCOL_BY_DRIVER), EFI_ALREADY_STARTED);
  EXPECT_STATUS(checker, open(0), EFI_INVALID_PARAMETER);

  EFI_OPEN_PROTOCOL_INFORMATION_ENTRY* entries = nullptr;
  UINTN count = 0;
  REQUIRE_STATUS(checker,
                 boot.OpenProtocolInformation(handle, &first, &entries, &count),
                 EFI_SUCCESS);
  bool by_driver = false;
  for (UINTN i = 0; i < count; ++i) {
    by_driver |= entries[i].AgentHandle == checker.image() &&
                 entries[i].Attributes == EFI_OPEN_PROTOCOL_BY_DRIVER;
  }
  EXPECT(checker, by_driver);
  EXPECT_STATUS(checker, boot.FreePool(entries), EFI_SUCCESS);

  EXPECT_STATUS(checker,
                boot.CloseProtocol(handle, &first, checker.image(), handle),
                EFI_SUCCESS);
  EXPECT_STATUS(checker,
                boot.UninstallProtocolInterface(handle, &first, &one),
                EFI_SUCCESS);
}

void CheckProtocolNotification(Checker& checker) {
  EFI_BOOT_SERVICES& boot = checker.boot();
  EFI_GUID first = kFirst;
  UINTN notified = 0;
  EFI_EVENT event = nullptr;
  VOID* registration = nullptr;
  REQUIRE_STATUS(checker,
                 boot.CreateEvent(
                     EVT_NOTIFY_SIGNAL, TPL_CALLBACK, Count, &notified, &event),
                 EFI_SUCCESS);
  REQUIRE_STATUS(checker,
                 boot.RegisterProtocolNotify(&first, event, &registration),
                 EFI_SUCCESS);
  int one = 1;
  EFI_HANDLE handle = nullptr;
  EXPECT_STATUS(checker,
                boot.InstallProtocolInterface(
                    &handle, &first, EFI_NATIVE_INTERFACE, &one),
                EFI_SUCCESS);
  EXPECT(checker, notified == 1);

  EFI_HANDLE found = nullptr;
  UINTN size = sizeof(found);
  EXPECT_STATUS(
      checker,
      boot.LocateHandle(ByRegisterNotify, nullptr, registration, &size, &found),
      EFI_SUCCESS);
  EXPECT(checker, found == handle);
  size = sizeof(found);
  EXPECT_STATUS(
      checker,
      boot.LocateHandle(ByRegisterNotify, nullptr, registration, &size, &found),
      EFI_NOT_FOUND);
  EXPECT_STATUS(checker, boot.CloseEvent(event), EFI_SUCCESS);
  EXPECT_STATUS(checker,
                boot.UninstallProtocolInterface(handle, &first, &one),
                EFI_SUCCESS);
}

}  // namespace flint::efi_testing
