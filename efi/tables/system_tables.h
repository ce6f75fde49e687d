// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "efi/abi/boot_services.h"
#include "efi/abi/runtime_services.h"
#include "efi/abi/status.h"
#include "efi/abi/system_table.h"
#include "efi/events/event_services.h"
#include "efi/memory/pool_services.h"
#include "platforms/base/result.h"

namespace flint::efi {

/// Sets a table's CRC. To be called after every change to it.
void UpdateCrc(abi::EFI_TABLE_HEADER& table);

/// The system table, the boot services table and the list of configuration
/// tables, with their CRCs. [uefi-2.10 4, 7.5.6]
///
/// What the operating system keeps is in runtime memory; the runtime services
/// table, and translating the pointers in all of these when the operating
/// system maps them elsewhere, belong to efi/runtime.
class SystemTables final {
 public:
  SystemTables(PoolServices& pool, EventServices& events)
      : pool_(pool), events_(events) {}
  SystemTables(const SystemTables&) = delete;
  SystemTables& operator=(const SystemTables&) = delete;

  /// Allocates the tables. The boot services have their header and `services`'
  /// functions. kNoMemory if there is no room; to be called once.
  Status Create(const abi::EFI_BOOT_SERVICES& services,
                uint32_t firmware_revision);

  /// Null before `Create`.
  abi::EFI_SYSTEM_TABLE* system_table() { return system_table_; }
  abi::EFI_BOOT_SERVICES* boot_services() { return boot_services_; }

  /// The table, which has its own CRC, lies in runtime memory.
  void SetRuntimeServices(abi::EFI_RUNTIME_SERVICES* services);

  void SetConsoleInput(abi::EFI_HANDLE handle,
                       abi::EFI_SIMPLE_TEXT_INPUT_PROTOCOL* protocol);
  void SetConsoleOutput(abi::EFI_HANDLE handle,
                        abi::EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL* protocol);
  void SetStandardError(abi::EFI_HANDLE handle,
                        abi::EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL* protocol);

  abi::EFI_STATUS InstallConfigurationTable(const abi::EFI_GUID* guid,
                                            abi::VOID* table);

  std::span<const abi::EFI_CONFIGURATION_TABLE> configuration_tables() const {
    return {system_table_->ConfigurationTable,
            system_table_->NumberOfTableEntries};
  }

  /// Takes away what ends with ExitBootServices. [uefi-2.10 7.4.6]
  void RemoveBootServices();

 private:
  abi::EFI_CONFIGURATION_TABLE* Find(const abi::EFI_GUID& guid);
  bool AddConfigurationTable(const abi::EFI_GUID& guid, abi::VOID* table);

  PoolServices& pool_;
  EventServices& events_;
  abi::EFI_SYSTEM_TABLE* system_table_ = nullptr;
  abi::EFI_BOOT_SERVICES* boot_services_ = nullptr;
  size_t configuration_capacity_ = 0;
};

}  // namespace flint::efi
