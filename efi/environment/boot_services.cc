// SPDX-License-Identifier: Apache-2.0
#include "efi/environment/boot_services.h"

#include "efi/environment/environment.h"
#include "efi/environment/protocol_arguments.h"

// Nothing but forwarding: what a service does is told and tested where it is.
namespace flint::efi {
namespace {

using namespace abi;  // NOLINT(google-build-using-namespace): all of it is

Environment& Env() { return Environment::current(); }

EFI_TPL EFIAPI RaiseTpl(EFI_TPL new_tpl) {
  return Env().events().RaiseTPL(new_tpl);
}

VOID EFIAPI RestoreTpl(EFI_TPL old_tpl) { Env().events().RestoreTPL(old_tpl); }

EFI_STATUS EFIAPI AllocatePages(EFI_ALLOCATE_TYPE type,
                                EFI_MEMORY_TYPE memory_type,
                                UINTN pages,
                                EFI_PHYSICAL_ADDRESS* memory) {
  return Env().pages().AllocatePages(type, memory_type, pages, memory);
}

EFI_STATUS EFIAPI FreePages(EFI_PHYSICAL_ADDRESS memory, UINTN pages) {
  return Env().pages().FreePages(memory, pages);
}

EFI_STATUS EFIAPI GetMemoryMap(UINTN* memory_map_size,
                               EFI_MEMORY_DESCRIPTOR* memory_map,
                               UINTN* map_key,
                               UINTN* descriptor_size,
                               UINT32* descriptor_version) {
  return Env().pages().GetMemoryMap(memory_map_size,
                                    memory_map,
                                    map_key,
                                    descriptor_size,
                                    descriptor_version);
}

EFI_STATUS EFIAPI AllocatePool(EFI_MEMORY_TYPE pool_type,
                               UINTN size,
                               VOID** buffer) {
  return Env().pool().AllocatePool(pool_type, size, buffer);
}

EFI_STATUS EFIAPI FreePool(VOID* buffer) {
  return Env().pool().FreePool(buffer);
}

EFI_STATUS EFIAPI CreateEvent(UINT32 type,
                              EFI_TPL notify_tpl,
                              EFI_EVENT_NOTIFY notify_function,
                              VOID* notify_context,
                              EFI_EVENT* event) {
  return Env().events().CreateEvent(
      type, notify_tpl, notify_function, notify_context, event);
}

EFI_STATUS EFIAPI CreateEventEx(UINT32 type,
                                EFI_TPL notify_tpl,
                                EFI_EVENT_NOTIFY notify_function,
                                const VOID* notify_context,
                                const EFI_GUID* event_group,
                                EFI_EVENT* event) {
  return Env().events().CreateEventEx(
      type, notify_tpl, notify_function, notify_context, event_group, event);
}

EFI_STATUS EFIAPI SetTimer(EFI_EVENT event,
                           EFI_TIMER_DELAY type,
                           UINT64 trigger_time) {
  return Env().events().SetTimer(event, type, trigger_time);
}

EFI_STATUS EFIAPI WaitForEvent(UINTN number_of_events,
                               EFI_EVENT* event,
                               UINTN* index) {
  return Env().events().WaitForEvent(number_of_events, event, index);
}

EFI_STATUS EFIAPI SignalEvent(EFI_EVENT event) {
  return Env().events().SignalEvent(event);
}

EFI_STATUS EFIAPI CloseEvent(EFI_EVENT event) {
  return Env().events().CloseEvent(event);
}

EFI_STATUS EFIAPI CheckEvent(EFI_EVENT event) {
  return Env().events().CheckEvent(event);
}

EFI_STATUS EFIAPI InstallProtocolInterface(EFI_HANDLE* handle,
                                           EFI_GUID* protocol,
                                           EFI_INTERFACE_TYPE interface_type,
                                           VOID* interface) {
  return Env().handles().InstallProtocolInterface(
      handle, protocol, interface_type, interface);
}

EFI_STATUS EFIAPI ReinstallProtocolInterface(EFI_HANDLE handle,
                                             EFI_GUID* protocol,
                                             VOID* old_interface,
                                             VOID* new_interface) {
  return Env().handles().ReinstallProtocolInterface(
      handle, protocol, old_interface, new_interface);
}

EFI_STATUS EFIAPI UninstallProtocolInterface(EFI_HANDLE handle,
                                             EFI_GUID* protocol,
                                             VOID* interface) {
  return Env().handles().UninstallProtocolInterface(
      handle, protocol, interface);
}

EFI_STATUS EFIAPI HandleProtocol(EFI_HANDLE handle,
                                 EFI_GUID* protocol,
                                 VOID** interface) {
  return Env().handles().HandleProtocol(handle, protocol, interface);
}

EFI_STATUS EFIAPI RegisterProtocolNotify(EFI_GUID* protocol,
                                         EFI_EVENT event,
                                         VOID** registration) {
  return Env().handles().RegisterProtocolNotify(protocol, event, registration);
}

EFI_STATUS EFIAPI LocateHandle(EFI_LOCATE_SEARCH_TYPE search_type,
                               EFI_GUID* protocol,
                               VOID* search_key,
                               UINTN* buffer_size,
                               EFI_HANDLE* buffer) {
  return Env().handles().LocateHandle(
      search_type, protocol, search_key, buffer_size, buffer);
}

EFI_STATUS EFIAPI LocateDevicePath(EFI_GUID* protocol,
                                   EFI_DEVICE_PATH_PROTOCOL** device_path,
                                   EFI_HANDLE* device) {
  return Env().handles().LocateDevicePath(protocol, device_path, device);
}

EFI_STATUS EFIAPI InstallConfigurationTable(EFI_GUID* guid, VOID* table) {
  return Env().tables().InstallConfigurationTable(guid, table);
}

EFI_STATUS EFIAPI LoadImage(BOOLEAN boot_policy,
                            EFI_HANDLE parent_image,
                            EFI_DEVICE_PATH_PROTOCOL* device_path,
                            VOID* source_buffer,
                            UINTN source_size,
                            EFI_HANDLE* image) {
  ImageServices* const images = Env().images();
  if (images == nullptr) return EFI_UNSUPPORTED;
  return images->LoadImage(boot_policy,
                           parent_image,
                           device_path,
                           source_buffer,
                           source_size,
                           image);
}

EFI_STATUS EFIAPI StartImage(EFI_HANDLE image,
                             UINTN* exit_data_size,
                             CHAR16** exit_data) {
  ImageServices* const images = Env().images();
  if (images == nullptr) return EFI_UNSUPPORTED;
  return images->StartImage(image, exit_data_size, exit_data);
}

EFI_STATUS EFIAPI Exit(EFI_HANDLE image,
                       EFI_STATUS exit_status,
                       UINTN exit_data_size,
                       CHAR16* exit_data) {
  ImageServices* const images = Env().images();
  if (images == nullptr) return EFI_UNSUPPORTED;
  return images->Exit(image, exit_status, exit_data_size, exit_data);
}

EFI_STATUS EFIAPI UnloadImage(EFI_HANDLE image) {
  ImageServices* const images = Env().images();
  if (images == nullptr) return EFI_UNSUPPORTED;
  return images->UnloadImage(image);
}

EFI_STATUS EFIAPI ExitBootServices(EFI_HANDLE image, UINTN map_key) {
  return Env().ExitBootServices(image, map_key);
}

EFI_STATUS EFIAPI GetNextMonotonicCount(UINT64* count) {
  return Env().miscellaneous().GetNextMonotonicCount(count);
}

EFI_STATUS EFIAPI Stall(UINTN microseconds) {
  return Env().events().Stall(microseconds);
}

EFI_STATUS EFIAPI SetWatchdogTimer(UINTN timeout,
                                   UINT64 watchdog_code,
                                   UINTN data_size,
                                   CHAR16* watchdog_data) {
  return Env().SetWatchdogTimer(
      timeout, watchdog_code, data_size, watchdog_data);
}

EFI_STATUS EFIAPI ConnectController(EFI_HANDLE controller,
                                    EFI_HANDLE* driver_image,
                                    EFI_DEVICE_PATH_PROTOCOL* remaining_path,
                                    BOOLEAN recursive) {
  return Env().controllers().ConnectController(
      controller, driver_image, remaining_path, recursive);
}

EFI_STATUS EFIAPI DisconnectController(EFI_HANDLE controller,
                                       EFI_HANDLE driver_image,
                                       EFI_HANDLE child) {
  return Env().controllers().DisconnectController(
      controller, driver_image, child);
}

EFI_STATUS EFIAPI OpenProtocol(EFI_HANDLE handle,
                               EFI_GUID* protocol,
                               VOID** interface,
                               EFI_HANDLE agent,
                               EFI_HANDLE controller,
                               UINT32 attributes) {
  return Env().handles().OpenProtocol(
      handle, protocol, interface, agent, controller, attributes);
}

EFI_STATUS EFIAPI CloseProtocol(EFI_HANDLE handle,
                                EFI_GUID* protocol,
                                EFI_HANDLE agent,
                                EFI_HANDLE controller) {
  return Env().handles().CloseProtocol(handle, protocol, agent, controller);
}

EFI_STATUS EFIAPI
OpenProtocolInformation(EFI_HANDLE handle,
                        EFI_GUID* protocol,
                        EFI_OPEN_PROTOCOL_INFORMATION_ENTRY** entry_buffer,
                        UINTN* entry_count) {
  return Env().handles().OpenProtocolInformation(
      handle, protocol, entry_buffer, entry_count);
}

EFI_STATUS EFIAPI ProtocolsPerHandle(EFI_HANDLE handle,
                                     EFI_GUID*** protocol_buffer,
                                     UINTN* protocol_buffer_count) {
  return Env().handles().ProtocolsPerHandle(
      handle, protocol_buffer, protocol_buffer_count);
}

EFI_STATUS EFIAPI LocateHandleBuffer(EFI_LOCATE_SEARCH_TYPE search_type,
                                     EFI_GUID* protocol,
                                     VOID* search_key,
                                     UINTN* handle_count,
                                     EFI_HANDLE** buffer) {
  return Env().handles().LocateHandleBuffer(
      search_type, protocol, search_key, handle_count, buffer);
}

EFI_STATUS EFIAPI LocateProtocol(EFI_GUID* protocol,
                                 VOID* registration,
                                 VOID** interface) {
  return Env().handles().LocateProtocol(protocol, registration, interface);
}

EFI_STATUS EFIAPI InstallMultipleProtocolInterfaces(EFI_HANDLE* handle, ...) {
  EFI_VA_LIST arguments;
  EFI_VA_START(arguments, handle);
  EFI_STATUS status;
  {
    ProtocolArguments list(arguments);
    status = Env().handles().InstallMultipleProtocolInterfaces(handle, list);
  }
  EFI_VA_END(arguments);
  return status;
}

EFI_STATUS EFIAPI UninstallMultipleProtocolInterfaces(EFI_HANDLE handle, ...) {
  EFI_VA_LIST arguments;
  EFI_VA_START(arguments, handle);
  EFI_STATUS status;
  {
    ProtocolArguments list(arguments);
    status = Env().handles().UninstallMultipleProtocolInterfaces(handle, list);
  }
  EFI_VA_END(arguments);
  return status;
}

EFI_STATUS EFIAPI CalculateCrc32(VOID* data, UINTN data_size, UINT32* crc32) {
  return MiscellaneousServices::CalculateCrc32(data, data_size, crc32);
}

VOID EFIAPI CopyMem(VOID* destination, const VOID* source, UINTN length) {
  MiscellaneousServices::CopyMem(destination, source, length);
}

VOID EFIAPI SetMem(VOID* buffer, UINTN size, UINT8 value) {
  MiscellaneousServices::SetMem(buffer, size, value);
}

}  // namespace

EFI_BOOT_SERVICES BootServicesFunctions() {
  return {
      .Hdr = {},
      .RaiseTPL = RaiseTpl,
      .RestoreTPL = RestoreTpl,
      .AllocatePages = AllocatePages,
      .FreePages = FreePages,
      .GetMemoryMap = GetMemoryMap,
      .AllocatePool = AllocatePool,
      .FreePool = FreePool,
      .CreateEvent = CreateEvent,
      .SetTimer = SetTimer,
      .WaitForEvent = WaitForEvent,
      .SignalEvent = SignalEvent,
      .CloseEvent = CloseEvent,
      .CheckEvent = CheckEvent,
      .InstallProtocolInterface = InstallProtocolInterface,
      .ReinstallProtocolInterface = ReinstallProtocolInterface,
      .UninstallProtocolInterface = UninstallProtocolInterface,
      .HandleProtocol = HandleProtocol,
      .Reserved = nullptr,
      .RegisterProtocolNotify = RegisterProtocolNotify,
      .LocateHandle = LocateHandle,
      .LocateDevicePath = LocateDevicePath,
      .InstallConfigurationTable = InstallConfigurationTable,
      .LoadImage = LoadImage,
      .StartImage = StartImage,
      .Exit = Exit,
      .UnloadImage = UnloadImage,
      .ExitBootServices = ExitBootServices,
      .GetNextMonotonicCount = GetNextMonotonicCount,
      .Stall = Stall,
      .SetWatchdogTimer = SetWatchdogTimer,
      .ConnectController = ConnectController,
      .DisconnectController = DisconnectController,
      .OpenProtocol = OpenProtocol,
      .CloseProtocol = CloseProtocol,
      .OpenProtocolInformation = OpenProtocolInformation,
      .ProtocolsPerHandle = ProtocolsPerHandle,
      .LocateHandleBuffer = LocateHandleBuffer,
      .LocateProtocol = LocateProtocol,
      .InstallMultipleProtocolInterfaces = InstallMultipleProtocolInterfaces,
      .UninstallMultipleProtocolInterfaces =
          UninstallMultipleProtocolInterfaces,
      .CalculateCrc32 = CalculateCrc32,
      .CopyMem = CopyMem,
      .SetMem = SetMem,
      .CreateEventEx = CreateEventEx,
  };
}

}  // namespace flint::efi
