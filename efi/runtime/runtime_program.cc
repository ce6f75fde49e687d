// SPDX-License-Identifier: Apache-2.0

// The functions of the runtime services table: each finds the state and the
// machine, and does what one of the services does.

#include "efi/runtime/runtime_program.h"

#include <cstring>
#include <span>

#include "efi/abi/runtime_services.h"
#include "efi/abi/status.h"
#include "efi/nv_store/nv_keeper.h"
#include "efi/runtime/address_services.h"
#include "efi/runtime/capsule_services.h"
#include "efi/runtime/counter_clock.h"
#include "efi/runtime/reset_services.h"
#include "efi/runtime/runtime_machine.h"
#include "efi/runtime/runtime_state.h"
#include "efi/runtime/runtime_variables.h"
#include "efi/runtime/table_crc.h"
#include "efi/runtime/time_services.h"

namespace flint::efi {
namespace {

using abi::BOOLEAN;
using abi::CHAR16;
using abi::EFI_GUID;
using abi::EFI_STATUS;
using abi::EFI_TIME;
using abi::UINT32;
using abi::UINT64;
using abi::UINTN;
using abi::VOID;

// The services have no context argument. There is nothing else here that has
// an address: no table of functions, no object with virtual functions.
constinit RuntimeState g_state;

RuntimeHandoff& Handoff() { return *g_state.handoff; }

/// Calls `use(machine)`.
template <typename Use>
void OnMachine(Use use) {
  WithRuntimeMachine(
      [](void* context, RuntimeMachine& machine) {
        (*static_cast<Use*>(context))(machine);
      },
      &use);
}

/// The result of `use(services)`.
template <typename Use>
EFI_STATUS WithTime(Use use) {
  EFI_STATUS status = abi::EFI_UNSUPPORTED;
  OnMachine([&](RuntimeMachine& machine) {
    TimeServices services(Handoff(), machine);
    status = use(services);
  });
  return status;
}

/// Calls `use` with the variables, of which non-volatile ones are written to
/// flash. EFI_DEVICE_ERROR if it cannot be reached.
EFI_STATUS WithFlash(EFI_STATUS (*use)(void* context, VariableServices&),
                     void* context) {
  EFI_STATUS status = abi::EFI_DEVICE_ERROR;
  OnMachine([&](RuntimeMachine& machine) {
    const RuntimeFlash& flash = Handoff().flash;
    const auto chip = machine.devices.Map(flash.address, flash.size_bytes);
    if (!chip) return;
    CounterClock clock(machine.cpu, Handoff().clock.counter_hz);
    NvKeeper keeper(
        {.chip = **chip,
         .geometry = {.size_bytes = flash.size_bytes,
                      .block_bytes = flash.block_bytes,
                      .write_buffer_bytes = flash.write_buffer_bytes},
         .clock = clock,
         .image = MemoryOf(flash.image)});
    VariableServices services = VariablesOf(Handoff(), &keeper);
    status = use(context, services);
  });
  return status;
}

/// The result of `use(services)`.
template <typename Use>
EFI_STATUS WithVariables(Use use) {
  if (Handoff().flash.size_bytes != 0) {
    return WithFlash(
        [](void* context, VariableServices& services) {
          return (*static_cast<Use*>(context))(services);
        },
        &use);
  }
  HookObserver observer(Handoff().hooks);
  VariableServices services = VariablesOf(Handoff(), &observer);
  return use(services);
}

EFIAPI EFI_STATUS GetTime(EFI_TIME* time,
                          abi::EFI_TIME_CAPABILITIES* capabilities) {
  return WithTime([&](TimeServices& services) {
    return services.GetTime(time, capabilities);
  });
}

EFIAPI EFI_STATUS SetTime(EFI_TIME* time) {
  const EFI_STATUS status =
      WithTime([&](TimeServices& services) { return services.SetTime(time); });
  if (abi::EFI_ERROR(status)) return status;
  std::byte zone[3];
  std::memcpy(zone, &time->TimeZone, 2);
  std::memcpy(zone + 2, &time->Daylight, 1);
  // The clock is set, whether this can be remembered or not.
  (void)WithVariables([&](VariableServices& services) {
    return services.Define(
        kTimeZoneName, kFlintVariableGuid, kFirmwareOnly, zone);
  });
  return abi::EFI_SUCCESS;
}

EFIAPI EFI_STATUS GetWakeupTime(BOOLEAN* enabled,
                                BOOLEAN* pending,
                                EFI_TIME* time) {
  return WithTime([&](TimeServices& services) {
    return services.GetWakeupTime(enabled, pending, time);
  });
}

EFIAPI EFI_STATUS SetWakeupTime(BOOLEAN enable, EFI_TIME* time) {
  return WithTime([&](TimeServices& services) {
    return services.SetWakeupTime(enable, time);
  });
}

EFIAPI EFI_STATUS SetVirtualAddressMap(UINTN memory_map_size,
                                       UINTN descriptor_size,
                                       UINT32 descriptor_version,
                                       abi::EFI_MEMORY_DESCRIPTOR* map) {
  return efi::SetVirtualAddressMap(
      g_state, memory_map_size, descriptor_size, descriptor_version, map);
}

EFIAPI EFI_STATUS ConvertPointer(UINTN debug_disposition, VOID** address) {
  return efi::ConvertPointer(g_state, debug_disposition, address);
}

EFIAPI EFI_STATUS GetVariable(CHAR16* variable_name,
                              EFI_GUID* vendor_guid,
                              UINT32* attributes,
                              UINTN* data_size,
                              VOID* data) {
  return WithVariables([&](VariableServices& services) {
    return services.GetVariable(
        variable_name, vendor_guid, attributes, data_size, data);
  });
}

EFIAPI EFI_STATUS GetNextVariableName(UINTN* variable_name_size,
                                      CHAR16* variable_name,
                                      EFI_GUID* vendor_guid) {
  return WithVariables([&](VariableServices& services) {
    return services.GetNextVariableName(
        variable_name_size, variable_name, vendor_guid);
  });
}

EFIAPI EFI_STATUS SetVariable(CHAR16* variable_name,
                              EFI_GUID* vendor_guid,
                              UINT32 attributes,
                              UINTN data_size,
                              VOID* data) {
  return WithVariables([&](VariableServices& services) {
    return services.SetVariable(
        variable_name, vendor_guid, attributes, data_size, data);
  });
}

EFIAPI EFI_STATUS QueryVariableInfo(UINT32 attributes,
                                    UINT64* maximum_variable_storage_size,
                                    UINT64* remaining_variable_storage_size,
                                    UINT64* maximum_variable_size) {
  return WithVariables([&](VariableServices& services) {
    return services.QueryVariableInfo(attributes,
                                      maximum_variable_storage_size,
                                      remaining_variable_storage_size,
                                      maximum_variable_size);
  });
}

EFIAPI EFI_STATUS GetNextHighMonotonicCount(UINT32* high_count) {
  if (high_count == nullptr) return abi::EFI_INVALID_PARAMETER;
  const UINT32 next = Handoff().monotonic_high + 1;
  const EFI_STATUS status = WithVariables([&](VariableServices& services) {
    return services.Define(kMonotonicCountName,
                           kFlintVariableGuid,
                           kFirmwareOnly,
                           std::as_bytes(std::span(&next, 1)));
  });
  // What may come again is no monotonic count.
  if (abi::EFI_ERROR(status)) return abi::EFI_DEVICE_ERROR;
  Handoff().monotonic_high = next;
  *high_count = next;
  return abi::EFI_SUCCESS;
}

EFIAPI VOID ResetSystem(abi::EFI_RESET_TYPE type,
                        EFI_STATUS status,
                        UINTN data_size,
                        VOID* data) {
  OnMachine([&](RuntimeMachine& machine) {
    efi::ResetSystem(Handoff(), machine, type, status, data_size, data);
  });
}

EFIAPI EFI_STATUS UpdateCapsule(abi::EFI_CAPSULE_HEADER** capsules,
                                UINTN capsule_count,
                                abi::EFI_PHYSICAL_ADDRESS scatter_gather_list) {
  return efi::UpdateCapsule(
      Handoff().phase, capsules, capsule_count, scatter_gather_list);
}

EFIAPI EFI_STATUS QueryCapsuleCapabilities(abi::EFI_CAPSULE_HEADER** capsules,
                                           UINTN capsule_count,
                                           UINT64* maximum_capsule_size,
                                           abi::EFI_RESET_TYPE* reset_type) {
  return efi::QueryCapsuleCapabilities(Handoff().phase,
                                       capsules,
                                       capsule_count,
                                       maximum_capsule_size,
                                       reset_type);
}

void MakeTable(abi::EFI_RUNTIME_SERVICES& table) {
  table.Hdr = {.Signature = abi::EFI_RUNTIME_SERVICES_SIGNATURE,
               .Revision = abi::EFI_RUNTIME_SERVICES_REVISION,
               .HeaderSize = sizeof(table),
               .CRC32 = 0,
               .Reserved = 0};
  table.GetTime = GetTime;
  table.SetTime = SetTime;
  table.GetWakeupTime = GetWakeupTime;
  table.SetWakeupTime = SetWakeupTime;
  table.SetVirtualAddressMap = SetVirtualAddressMap;
  table.ConvertPointer = ConvertPointer;
  table.GetVariable = GetVariable;
  table.GetNextVariableName = GetNextVariableName;
  table.SetVariable = SetVariable;
  table.GetNextHighMonotonicCount = GetNextHighMonotonicCount;
  table.ResetSystem = ResetSystem;
  table.UpdateCapsule = UpdateCapsule;
  table.QueryCapsuleCapabilities = QueryCapsuleCapabilities;
  table.QueryVariableInfo = QueryVariableInfo;
  SetTableCrc(table);
}

}  // namespace
}  // namespace flint::efi

flint::efi::abi::EFI_STATUS flint_runtime_start(
    flint::efi::RuntimeHandoff* handoff) {
  using flint::efi::RuntimeHandoff;
  if (handoff->version != RuntimeHandoff::kVersion ||
      handoff->size_bytes != sizeof(RuntimeHandoff)) {
    return flint::efi::abi::EFI_INCOMPATIBLE_VERSION;
  }
  flint::efi::g_state = {.handoff = handoff, .map = nullptr};
  flint::efi::MakeTable(handoff->services);
  return flint::efi::abi::EFI_SUCCESS;
}
