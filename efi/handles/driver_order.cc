// SPDX-License-Identifier: Apache-2.0
#include "efi/handles/driver_order.h"

#include <algorithm>
#include <cstdint>
#include <optional>

namespace flint::efi {
namespace {

// An override that never ends its list is cut.
constexpr int kMaxOverrides = 256;

}  // namespace

abi::EFI_DRIVER_BINDING_PROTOCOL* DriverOrder::BindingOf(
    HandleDatabase& database, abi::EFI_HANDLE driver) {
  return static_cast<abi::EFI_DRIVER_BINDING_PROTOCOL*>(
      database.FindInterface(driver, abi::EFI_DRIVER_BINDING_PROTOCOL_GUID));
}

void DriverOrder::Build(abi::EFI_HANDLE controller,
                        const abi::EFI_HANDLE* named) {
  for (; named != nullptr && *named != nullptr; ++named) Add(*named);
  AddPlatformChoice(controller);
  AddByVersion([this](abi::EFI_HANDLE driver) -> std::optional<uint32_t> {
    auto* const family = static_cast<abi::EFI_DRIVER_FAMILY_OVERRIDE_PROTOCOL*>(
        database_.FindInterface(driver,
                                abi::EFI_DRIVER_FAMILY_OVERRIDE_PROTOCOL_GUID));
    if (family == nullptr) return std::nullopt;
    return family->GetVersion(family);
  });
  AddBusChoice(controller);
  AddByVersion([this](abi::EFI_HANDLE driver) -> std::optional<uint32_t> {
    const auto* const binding = BindingOf(database_, driver);
    if (binding == nullptr) return std::nullopt;
    return binding->Version;
  });
}

void DriverOrder::Add(abi::EFI_HANDLE driver) {
  const bool known = std::ranges::find(drivers_, driver) != drivers_.end();
  if (known && !order_.Contains(driver)) order_.Append(driver);
}

// An image may have several bindings.
void DriverOrder::AddImage(abi::EFI_HANDLE image) {
  for (const abi::EFI_HANDLE driver : drivers_) {
    const auto* const binding = BindingOf(database_, driver);
    if (binding != nullptr && binding->ImageHandle == image) Add(driver);
  }
}

void DriverOrder::AddPlatformChoice(abi::EFI_HANDLE controller) {
  abi::VOID* interface = nullptr;
  if (abi::EFI_ERROR(database_.LocateProtocol(
          &abi::EFI_PLATFORM_DRIVER_OVERRIDE_PROTOCOL_GUID,
          nullptr,
          &interface))) {
    return;
  }
  auto* const platform =
      static_cast<abi::EFI_PLATFORM_DRIVER_OVERRIDE_PROTOCOL*>(interface);
  abi::EFI_HANDLE image = nullptr;
  for (int i = 0; i < kMaxOverrides; ++i) {
    if (abi::EFI_ERROR(platform->GetDriver(platform, controller, &image))) {
      return;
    }
    AddImage(image);
  }
}

void DriverOrder::AddBusChoice(abi::EFI_HANDLE controller) {
  auto* const bus =
      static_cast<abi::EFI_BUS_SPECIFIC_DRIVER_OVERRIDE_PROTOCOL*>(
          database_.FindInterface(
              controller, abi::EFI_BUS_SPECIFIC_DRIVER_OVERRIDE_PROTOCOL_GUID));
  if (bus == nullptr) return;
  abi::EFI_HANDLE image = nullptr;
  for (int i = 0; i < kMaxOverrides; ++i) {
    if (abi::EFI_ERROR(bus->GetDriver(bus, &image))) return;
    AddImage(image);
  }
}

// Adds the drivers that have a version, highest first, those of one version in
// the order in which they were installed.
template <typename VersionOf>
void DriverOrder::AddByVersion(VersionOf version_of) {
  for (;;) {
    abi::EFI_HANDLE best = nullptr;
    uint32_t best_version = 0;
    for (const abi::EFI_HANDLE driver : drivers_) {
      if (order_.Contains(driver)) continue;
      const std::optional<uint32_t> version = version_of(driver);
      if (version && (best == nullptr || *version > best_version)) {
        best = driver;
        best_version = *version;
      }
    }
    if (best == nullptr) return;
    Add(best);
  }
}

}  // namespace flint::efi
