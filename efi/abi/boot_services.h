// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "efi/abi/event.h"
#include "efi/abi/memory.h"
#include "efi/abi/table_header.h"
#include "efi/abi/types.h"

namespace flint::efi::abi {

struct EFI_DEVICE_PATH_PROTOCOL;

/// [uefi-2.10 7.3.2]
enum EFI_INTERFACE_TYPE : UINT32 { EFI_NATIVE_INTERFACE };

/// [uefi-2.10 7.3.6]
enum EFI_LOCATE_SEARCH_TYPE : UINT32 {
  AllHandles,
  ByRegisterNotify,
  ByProtocol,
};

// How a protocol is opened. [uefi-2.10 7.3.9]
inline constexpr UINT32 EFI_OPEN_PROTOCOL_BY_HANDLE_PROTOCOL = 0x01;
inline constexpr UINT32 EFI_OPEN_PROTOCOL_GET_PROTOCOL = 0x02;
inline constexpr UINT32 EFI_OPEN_PROTOCOL_TEST_PROTOCOL = 0x04;
inline constexpr UINT32 EFI_OPEN_PROTOCOL_BY_CHILD_CONTROLLER = 0x08;
inline constexpr UINT32 EFI_OPEN_PROTOCOL_BY_DRIVER = 0x10;
inline constexpr UINT32 EFI_OPEN_PROTOCOL_EXCLUSIVE = 0x20;

/// [uefi-2.10 7.3.11]
struct EFI_OPEN_PROTOCOL_INFORMATION_ENTRY {
  EFI_HANDLE AgentHandle;
  EFI_HANDLE ControllerHandle;
  UINT32 Attributes;
  UINT32 OpenCount;
};
static_assert(sizeof(EFI_OPEN_PROTOCOL_INFORMATION_ENTRY) == 24);

// Task priority services. [uefi-2.10 7.1]
using EFI_RAISE_TPL = EFI_TPL(EFIAPI*)(EFI_TPL NewTpl);
using EFI_RESTORE_TPL = VOID(EFIAPI*)(EFI_TPL OldTpl);

// Memory services. [uefi-2.10 7.2]
using EFI_ALLOCATE_PAGES = EFI_STATUS(EFIAPI*)(EFI_ALLOCATE_TYPE Type,
                                               EFI_MEMORY_TYPE MemoryType,
                                               UINTN Pages,
                                               EFI_PHYSICAL_ADDRESS* Memory);
using EFI_FREE_PAGES = EFI_STATUS(EFIAPI*)(EFI_PHYSICAL_ADDRESS Memory,
                                           UINTN Pages);
using EFI_GET_MEMORY_MAP = EFI_STATUS(EFIAPI*)(UINTN* MemoryMapSize,
                                               EFI_MEMORY_DESCRIPTOR* MemoryMap,
                                               UINTN* MapKey,
                                               UINTN* DescriptorSize,
                                               UINT32* DescriptorVersion);
using EFI_ALLOCATE_POOL = EFI_STATUS(EFIAPI*)(EFI_MEMORY_TYPE PoolType,
                                              UINTN Size,
                                              VOID** Buffer);
using EFI_FREE_POOL = EFI_STATUS(EFIAPI*)(VOID* Buffer);

// Event and timer services. [uefi-2.10 7.1]
using EFI_CREATE_EVENT = EFI_STATUS(EFIAPI*)(UINT32 Type,
                                             EFI_TPL NotifyTpl,
                                             EFI_EVENT_NOTIFY NotifyFunction,
                                             VOID* NotifyContext,
                                             EFI_EVENT* Event);
using EFI_SET_TIMER = EFI_STATUS(EFIAPI*)(EFI_EVENT Event,
                                          EFI_TIMER_DELAY Type,
                                          UINT64 TriggerTime);
using EFI_WAIT_FOR_EVENT = EFI_STATUS(EFIAPI*)(UINTN NumberOfEvents,
                                               EFI_EVENT* Event,
                                               UINTN* Index);
using EFI_SIGNAL_EVENT = EFI_STATUS(EFIAPI*)(EFI_EVENT Event);
using EFI_CLOSE_EVENT = EFI_STATUS(EFIAPI*)(EFI_EVENT Event);
using EFI_CHECK_EVENT = EFI_STATUS(EFIAPI*)(EFI_EVENT Event);
using EFI_CREATE_EVENT_EX = EFI_STATUS(EFIAPI*)(UINT32 Type,
                                                EFI_TPL NotifyTpl,
                                                EFI_EVENT_NOTIFY NotifyFunction,
                                                const VOID* NotifyContext,
                                                const EFI_GUID* EventGroup,
                                                EFI_EVENT* Event);

// Protocol handler services. [uefi-2.10 7.3]
using EFI_INSTALL_PROTOCOL_INTERFACE =
    EFI_STATUS(EFIAPI*)(EFI_HANDLE* Handle,
                        EFI_GUID* Protocol,
                        EFI_INTERFACE_TYPE InterfaceType,
                        VOID* Interface);
using EFI_REINSTALL_PROTOCOL_INTERFACE =
    EFI_STATUS(EFIAPI*)(EFI_HANDLE Handle,
                        EFI_GUID* Protocol,
                        VOID* OldInterface,
                        VOID* NewInterface);
using EFI_UNINSTALL_PROTOCOL_INTERFACE = EFI_STATUS(EFIAPI*)(EFI_HANDLE Handle,
                                                             EFI_GUID* Protocol,
                                                             VOID* Interface);
using EFI_HANDLE_PROTOCOL = EFI_STATUS(EFIAPI*)(EFI_HANDLE Handle,
                                                EFI_GUID* Protocol,
                                                VOID** Interface);
using EFI_REGISTER_PROTOCOL_NOTIFY = EFI_STATUS(EFIAPI*)(EFI_GUID* Protocol,
                                                         EFI_EVENT Event,
                                                         VOID** Registration);
using EFI_LOCATE_HANDLE = EFI_STATUS(EFIAPI*)(EFI_LOCATE_SEARCH_TYPE SearchType,
                                              EFI_GUID* Protocol,
                                              VOID* SearchKey,
                                              UINTN* BufferSize,
                                              EFI_HANDLE* Buffer);
using EFI_LOCATE_DEVICE_PATH =
    EFI_STATUS(EFIAPI*)(EFI_GUID* Protocol,
                        EFI_DEVICE_PATH_PROTOCOL** DevicePath,
                        EFI_HANDLE* Device);
using EFI_INSTALL_CONFIGURATION_TABLE = EFI_STATUS(EFIAPI*)(EFI_GUID* Guid,
                                                            VOID* Table);
using EFI_OPEN_PROTOCOL = EFI_STATUS(EFIAPI*)(EFI_HANDLE Handle,
                                              EFI_GUID* Protocol,
                                              VOID** Interface,
                                              EFI_HANDLE AgentHandle,
                                              EFI_HANDLE ControllerHandle,
                                              UINT32 Attributes);
using EFI_CLOSE_PROTOCOL = EFI_STATUS(EFIAPI*)(EFI_HANDLE Handle,
                                               EFI_GUID* Protocol,
                                               EFI_HANDLE AgentHandle,
                                               EFI_HANDLE ControllerHandle);
using EFI_OPEN_PROTOCOL_INFORMATION =
    EFI_STATUS(EFIAPI*)(EFI_HANDLE Handle,
                        EFI_GUID* Protocol,
                        EFI_OPEN_PROTOCOL_INFORMATION_ENTRY** EntryBuffer,
                        UINTN* EntryCount);
using EFI_PROTOCOLS_PER_HANDLE = EFI_STATUS(EFIAPI*)(
    EFI_HANDLE Handle, EFI_GUID*** ProtocolBuffer, UINTN* ProtocolBufferCount);
using EFI_LOCATE_HANDLE_BUFFER =
    EFI_STATUS(EFIAPI*)(EFI_LOCATE_SEARCH_TYPE SearchType,
                        EFI_GUID* Protocol,
                        VOID* SearchKey,
                        UINTN* NoHandles,
                        EFI_HANDLE** Buffer);
using EFI_LOCATE_PROTOCOL = EFI_STATUS(EFIAPI*)(EFI_GUID* Protocol,
                                                VOID* Registration,
                                                VOID** Interface);
using EFI_INSTALL_MULTIPLE_PROTOCOL_INTERFACES =
    EFI_STATUS(EFIAPI*)(EFI_HANDLE* Handle, ...);
using EFI_UNINSTALL_MULTIPLE_PROTOCOL_INTERFACES =
    EFI_STATUS(EFIAPI*)(EFI_HANDLE Handle, ...);
using EFI_CONNECT_CONTROLLER =
    EFI_STATUS(EFIAPI*)(EFI_HANDLE ControllerHandle,
                        EFI_HANDLE* DriverImageHandle,
                        EFI_DEVICE_PATH_PROTOCOL* RemainingDevicePath,
                        BOOLEAN Recursive);
using EFI_DISCONNECT_CONTROLLER =
    EFI_STATUS(EFIAPI*)(EFI_HANDLE ControllerHandle,
                        EFI_HANDLE DriverImageHandle,
                        EFI_HANDLE ChildHandle);

// Image services. [uefi-2.10 7.4]
using EFI_IMAGE_LOAD = EFI_STATUS(EFIAPI*)(BOOLEAN BootPolicy,
                                           EFI_HANDLE ParentImageHandle,
                                           EFI_DEVICE_PATH_PROTOCOL* DevicePath,
                                           VOID* SourceBuffer,
                                           UINTN SourceSize,
                                           EFI_HANDLE* ImageHandle);
using EFI_IMAGE_START = EFI_STATUS(EFIAPI*)(EFI_HANDLE ImageHandle,
                                            UINTN* ExitDataSize,
                                            CHAR16** ExitData);
using EFI_EXIT = EFI_STATUS(EFIAPI*)(EFI_HANDLE ImageHandle,
                                     EFI_STATUS ExitStatus,
                                     UINTN ExitDataSize,
                                     CHAR16* ExitData);
using EFI_IMAGE_UNLOAD = EFI_STATUS(EFIAPI*)(EFI_HANDLE ImageHandle);
using EFI_EXIT_BOOT_SERVICES = EFI_STATUS(EFIAPI*)(EFI_HANDLE ImageHandle,
                                                   UINTN MapKey);

// Miscellaneous services. [uefi-2.10 7.5]
using EFI_GET_NEXT_MONOTONIC_COUNT = EFI_STATUS(EFIAPI*)(UINT64* Count);
using EFI_STALL = EFI_STATUS(EFIAPI*)(UINTN Microseconds);
using EFI_SET_WATCHDOG_TIMER = EFI_STATUS(EFIAPI*)(UINTN Timeout,
                                                   UINT64 WatchdogCode,
                                                   UINTN DataSize,
                                                   CHAR16* WatchdogData);
using EFI_CALCULATE_CRC32 = EFI_STATUS(EFIAPI*)(VOID* Data,
                                                UINTN DataSize,
                                                UINT32* Crc32);
using EFI_COPY_MEM = VOID(EFIAPI*)(VOID* Destination,
                                   const VOID* Source,
                                   UINTN Length);
using EFI_SET_MEM = VOID(EFIAPI*)(VOID* Buffer, UINTN Size, UINT8 Value);

/// [uefi-2.10 4.4]
struct EFI_BOOT_SERVICES {
  EFI_TABLE_HEADER Hdr;

  EFI_RAISE_TPL RaiseTPL;
  EFI_RESTORE_TPL RestoreTPL;

  EFI_ALLOCATE_PAGES AllocatePages;
  EFI_FREE_PAGES FreePages;
  EFI_GET_MEMORY_MAP GetMemoryMap;
  EFI_ALLOCATE_POOL AllocatePool;
  EFI_FREE_POOL FreePool;

  EFI_CREATE_EVENT CreateEvent;
  EFI_SET_TIMER SetTimer;
  EFI_WAIT_FOR_EVENT WaitForEvent;
  EFI_SIGNAL_EVENT SignalEvent;
  EFI_CLOSE_EVENT CloseEvent;
  EFI_CHECK_EVENT CheckEvent;

  EFI_INSTALL_PROTOCOL_INTERFACE InstallProtocolInterface;
  EFI_REINSTALL_PROTOCOL_INTERFACE ReinstallProtocolInterface;
  EFI_UNINSTALL_PROTOCOL_INTERFACE UninstallProtocolInterface;
  EFI_HANDLE_PROTOCOL HandleProtocol;
  VOID* Reserved;
  EFI_REGISTER_PROTOCOL_NOTIFY RegisterProtocolNotify;
  EFI_LOCATE_HANDLE LocateHandle;
  EFI_LOCATE_DEVICE_PATH LocateDevicePath;
  EFI_INSTALL_CONFIGURATION_TABLE InstallConfigurationTable;

  EFI_IMAGE_LOAD LoadImage;
  EFI_IMAGE_START StartImage;
  EFI_EXIT Exit;
  EFI_IMAGE_UNLOAD UnloadImage;
  EFI_EXIT_BOOT_SERVICES ExitBootServices;

  EFI_GET_NEXT_MONOTONIC_COUNT GetNextMonotonicCount;
  EFI_STALL Stall;
  EFI_SET_WATCHDOG_TIMER SetWatchdogTimer;

  EFI_CONNECT_CONTROLLER ConnectController;
  EFI_DISCONNECT_CONTROLLER DisconnectController;

  EFI_OPEN_PROTOCOL OpenProtocol;
  EFI_CLOSE_PROTOCOL CloseProtocol;
  EFI_OPEN_PROTOCOL_INFORMATION OpenProtocolInformation;

  EFI_PROTOCOLS_PER_HANDLE ProtocolsPerHandle;
  EFI_LOCATE_HANDLE_BUFFER LocateHandleBuffer;
  EFI_LOCATE_PROTOCOL LocateProtocol;
  EFI_INSTALL_MULTIPLE_PROTOCOL_INTERFACES InstallMultipleProtocolInterfaces;
  EFI_UNINSTALL_MULTIPLE_PROTOCOL_INTERFACES
  UninstallMultipleProtocolInterfaces;

  EFI_CALCULATE_CRC32 CalculateCrc32;

  EFI_COPY_MEM CopyMem;
  EFI_SET_MEM SetMem;
  EFI_CREATE_EVENT_EX CreateEventEx;
};
static_assert(sizeof(EFI_BOOT_SERVICES) == 376);
static_assert(offsetof(EFI_BOOT_SERVICES, CreateEvent) == 80);
static_assert(offsetof(EFI_BOOT_SERVICES, HandleProtocol) == 152);
static_assert(offsetof(EFI_BOOT_SERVICES, LoadImage) == 200);
static_assert(offsetof(EFI_BOOT_SERVICES, ExitBootServices) == 232);
static_assert(offsetof(EFI_BOOT_SERVICES, OpenProtocol) == 280);
static_assert(offsetof(EFI_BOOT_SERVICES, CreateEventEx) == 368);

}  // namespace flint::efi::abi
