// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <vector>

#include "efi/abi/boot_services.h"
#include "efi/abi/protocol/driver_binding.h"
#include "efi/abi/status.h"
#include "efi/handles/handles_fixture.h"
#include "gtest/gtest.h"

namespace flint::efi {

/// What `FakeDriver` manages, and what it gives its children.
inline constexpr abi::EFI_GUID kIoGuid = TestGuid(0x80);
inline constexpr abi::EFI_GUID kChildGuid = TestGuid(0x81);

/// A driver that manages controllers with `kIoGuid`, and as a bus driver makes
/// children of them. Misbehaves on request.
struct FakeDriver : abi::EFI_DRIVER_BINDING_PROTOCOL {
  using Binding = abi::EFI_DRIVER_BINDING_PROTOCOL;

  FakeDriver(abi::EFI_BOOT_SERVICES& with,
             std::vector<std::string>* to,
             std::string as,
             uint32_t version)
      : Binding{.Supported = OnSupported,
                .Start = OnStart,
                .Stop = OnStop,
                .Version = version,
                .ImageHandle = nullptr,
                .DriverBindingHandle = nullptr},
        services(with),
        journal(to),
        name(std::move(as)) {
    abi::EFI_GUID guid = abi::EFI_DRIVER_BINDING_PROTOCOL_GUID;
    EXPECT_EQ(services.InstallProtocolInterface(&DriverBindingHandle,
                                                &guid,
                                                abi::EFI_NATIVE_INTERFACE,
                                                static_cast<Binding*>(this)),
              abi::EFI_SUCCESS);
    ImageHandle = DriverBindingHandle;
  }

  static FakeDriver& From(Binding* binding) {
    return *static_cast<FakeDriver*>(binding);
  }

  void Write(const std::string& what) { journal->push_back(name + what); }

  abi::EFI_STATUS OpenIo(abi::EFI_HANDLE controller, abi::UINT32 attributes) {
    abi::VOID* io = nullptr;
    return services.OpenProtocol(
        controller, &io_guid, &io, DriverBindingHandle, controller, attributes);
  }

  static abi::EFI_STATUS EFIAPI OnSupported(Binding* binding,
                                            abi::EFI_HANDLE controller,
                                            abi::EFI_DEVICE_PATH_PROTOCOL*) {
    FakeDriver& self = From(binding);
    self.Write("?");
    const abi::EFI_STATUS status =
        self.OpenIo(controller, abi::EFI_OPEN_PROTOCOL_BY_DRIVER);
    if (status == abi::EFI_SUCCESS) self.CloseIo(controller, controller);
    return status;
  }

  static abi::EFI_STATUS EFIAPI OnStart(Binding* binding,
                                        abi::EFI_HANDLE controller,
                                        abi::EFI_DEVICE_PATH_PROTOCOL*) {
    FakeDriver& self = From(binding);
    self.Write("+");
    if (self.refuses_to_start) return abi::EFI_DEVICE_ERROR;
    EXPECT_EQ(self.OpenIo(controller, abi::EFI_OPEN_PROTOCOL_BY_DRIVER),
              abi::EFI_SUCCESS);
    for (int i = 0; i < self.children_to_make; ++i) self.MakeChild(controller);
    return abi::EFI_SUCCESS;
  }

  void MakeChild(abi::EFI_HANDLE controller) {
    abi::EFI_HANDLE child = nullptr;
    EXPECT_EQ(services.InstallMultipleProtocolInterfaces(
                  &child, &child_protocol, this, nullptr),
              abi::EFI_SUCCESS);
    abi::VOID* io = nullptr;
    EXPECT_EQ(services.OpenProtocol(controller,
                                    &io_guid,
                                    &io,
                                    DriverBindingHandle,
                                    child,
                                    abi::EFI_OPEN_PROTOCOL_BY_CHILD_CONTROLLER),
              abi::EFI_SUCCESS);
    children.push_back(child);
  }

  static abi::EFI_STATUS EFIAPI OnStop(Binding* binding,
                                       abi::EFI_HANDLE controller,
                                       abi::UINTN child_count,
                                       abi::EFI_HANDLE* child_handles) {
    FakeDriver& self = From(binding);
    self.Write("-" + std::to_string(child_count));
    if (self.refuses_to_stop) return abi::EFI_DEVICE_ERROR;
    if (child_count == 0) {
      if (!self.forgets_to_close) self.CloseIo(controller, controller);
      return abi::EFI_SUCCESS;
    }
    for (abi::EFI_HANDLE child : std::span(child_handles, child_count)) {
      self.CloseIo(controller, child);
      if (self.services.UninstallMultipleProtocolInterfaces(
              child, &self.child_protocol, &self, nullptr) !=
          abi::EFI_SUCCESS) {
        return abi::EFI_DEVICE_ERROR;
      }
      std::erase(self.children, child);
    }
    return abi::EFI_SUCCESS;
  }

  void CloseIo(abi::EFI_HANDLE controller, abi::EFI_HANDLE agent_of) {
    EXPECT_EQ(services.CloseProtocol(
                  controller, &io_guid, DriverBindingHandle, agent_of),
              abi::EFI_SUCCESS);
  }

  abi::EFI_BOOT_SERVICES& services;
  std::vector<std::string>* journal;
  std::string name;
  abi::EFI_GUID io_guid = kIoGuid;
  abi::EFI_GUID child_protocol = kChildGuid;
  int children_to_make = 0;
  bool refuses_to_start = false;
  bool refuses_to_stop = false;
  bool forgets_to_close = false;
  std::vector<abi::EFI_HANDLE> children;
};

/// Overrides that prefer some drivers, in an order; one in each protocol.
struct FakeOverrides : abi::EFI_PLATFORM_DRIVER_OVERRIDE_PROTOCOL,
                       abi::EFI_BUS_SPECIFIC_DRIVER_OVERRIDE_PROTOCOL,
                       abi::EFI_DRIVER_FAMILY_OVERRIDE_PROTOCOL {
  using Platform = abi::EFI_PLATFORM_DRIVER_OVERRIDE_PROTOCOL;
  using Bus = abi::EFI_BUS_SPECIFIC_DRIVER_OVERRIDE_PROTOCOL;
  using Family = abi::EFI_DRIVER_FAMILY_OVERRIDE_PROTOCOL;

  FakeOverrides() {
    Platform::GetDriver = [](Platform* self,
                             abi::EFI_HANDLE,
                             abi::EFI_HANDLE* image) EFIAPI {
      return Give(static_cast<FakeOverrides*>(self)->platform_choice, image);
    };
    Bus::GetDriver = [](Bus* self, abi::EFI_HANDLE* image) EFIAPI {
      return Give(static_cast<FakeOverrides*>(self)->bus_choice, image);
    };
    Family::GetVersion = [](Family*) EFIAPI { return abi::UINT32{7}; };
  }

  // The specification's iteration: from null to the first, then on.
  static abi::EFI_STATUS Give(abi::EFI_HANDLE choice, abi::EFI_HANDLE* image) {
    if (*image != nullptr) return abi::EFI_NOT_FOUND;
    *image = choice;
    return abi::EFI_SUCCESS;
  }

  abi::EFI_HANDLE platform_choice = nullptr;
  abi::EFI_HANDLE bus_choice = nullptr;
};

}  // namespace flint::efi
