// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "efi/abi/boot_services.h"
#include "efi/abi/status.h"
#include "efi/environment/host_environment.h"
#include "gtest/gtest.h"

namespace flint::efi {

/// A GUID an application might have made for itself.
constexpr abi::EFI_GUID TestGuid(uint8_t number) {
  abi::EFI_GUID guid =
      abi::EFI_GUID::Of("6f4d7a52-7c5b-4a0c-9d0e-0d4b8f6f2000");
  guid.bytes[15] = number;
  return guid;
}

/// Tests of the protocol handler services, through the boot services table.
class HandlesFixture : public ::testing::Test {
 protected:
  abi::EFI_HANDLE Install(abi::EFI_GUID guid, void* interface) {
    abi::EFI_HANDLE handle = nullptr;
    Install(&handle, guid, interface);
    return handle;
  }

  void Install(abi::EFI_HANDLE* handle, abi::EFI_GUID guid, void* interface) {
    EXPECT_EQ(services_.InstallProtocolInterface(
                  handle, &guid, abi::EFI_NATIVE_INTERFACE, interface),
              abi::EFI_SUCCESS);
  }

  abi::EFI_STATUS Uninstall(abi::EFI_HANDLE handle,
                            abi::EFI_GUID guid,
                            void* interface) {
    return services_.UninstallProtocolInterface(handle, &guid, interface);
  }

  abi::EFI_STATUS Open(abi::EFI_HANDLE handle,
                       abi::EFI_GUID guid,
                       abi::EFI_HANDLE agent,
                       abi::EFI_HANDLE controller,
                       abi::UINT32 attributes) {
    return services_.OpenProtocol(
        handle, &guid, &opened_, agent, controller, attributes);
  }

  abi::EFI_STATUS Close(abi::EFI_HANDLE handle,
                        abi::EFI_GUID guid,
                        abi::EFI_HANDLE agent,
                        abi::EFI_HANDLE controller) {
    return services_.CloseProtocol(handle, &guid, agent, controller);
  }

  std::vector<abi::EFI_HANDLE> Locate(abi::EFI_LOCATE_SEARCH_TYPE type,
                                      abi::EFI_GUID* guid = nullptr,
                                      void* key = nullptr) {
    abi::UINTN count = 0;
    abi::EFI_HANDLE* buffer = nullptr;
    const abi::EFI_STATUS status =
        services_.LocateHandleBuffer(type, guid, key, &count, &buffer);
    if (status == abi::EFI_NOT_FOUND) return {};
    EXPECT_EQ(status, abi::EFI_SUCCESS);
    std::vector<abi::EFI_HANDLE> found(buffer, buffer + count);
    EXPECT_EQ(services_.FreePool(buffer), abi::EFI_SUCCESS);
    return found;
  }

  std::vector<abi::EFI_OPEN_PROTOCOL_INFORMATION_ENTRY> Information(
      abi::EFI_HANDLE handle, abi::EFI_GUID guid) {
    abi::UINTN count = 0;
    abi::EFI_OPEN_PROTOCOL_INFORMATION_ENTRY* entries = nullptr;
    EXPECT_EQ(
        services_.OpenProtocolInformation(handle, &guid, &entries, &count),
        abi::EFI_SUCCESS);
    std::vector<abi::EFI_OPEN_PROTOCOL_INFORMATION_ENTRY> all(entries,
                                                              entries + count);
    EXPECT_EQ(services_.FreePool(entries), abi::EFI_SUCCESS);
    return all;
  }

  HostEnvironment host_;
  abi::EFI_BOOT_SERVICES& services_ = host_.boot_services();
  abi::EFI_GUID guid_a_ = TestGuid(1);
  abi::EFI_GUID guid_b_ = TestGuid(2);
  abi::EFI_GUID guid_c_ = TestGuid(3);
  int interface_1_ = 1;
  int interface_2_ = 2;
  abi::VOID* opened_ = nullptr;
};

}  // namespace flint::efi
