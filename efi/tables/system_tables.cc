// SPDX-License-Identifier: Apache-2.0
#include "efi/tables/system_tables.h"

#include <algorithm>
#include <iterator>
#include <new>

#include "platforms/base/bytes.h"
#include "platforms/base/crc32.h"

namespace flint::efi {
namespace {

constexpr abi::CHAR16 kVendor[] = u"Flint";
constexpr size_t kFirstConfigurationCapacity = 16;

/// What the operating system keeps of us.
struct RuntimeBlock {
  abi::EFI_SYSTEM_TABLE table{};
  abi::CHAR16 vendor[std::size(kVendor)]{};
};

template <typename T>
T* AllocateAs(PoolServices& pool, abi::EFI_MEMORY_TYPE type, size_t count) {
  abi::VOID* buffer = nullptr;
  if (abi::EFI_ERROR(pool.AllocatePool(type, count * sizeof(T), &buffer))) {
    return nullptr;
  }
  T* const items = static_cast<T*>(buffer);
  std::uninitialized_value_construct_n(items, count);
  return items;
}

}  // namespace

void UpdateCrc(abi::EFI_TABLE_HEADER& table) {
  table.CRC32 = 0;
  const auto* const bytes =
      static_cast<const std::byte*>(static_cast<const void*>(&table));
  table.CRC32 = Crc32({bytes, table.HeaderSize});
}

Status SystemTables::Create(const abi::EFI_BOOT_SERVICES& services,
                            uint32_t firmware_revision) {
  auto* const block =
      AllocateAs<RuntimeBlock>(pool_, abi::EfiRuntimeServicesData, 1);
  auto* const boot_services =
      AllocateAs<abi::EFI_BOOT_SERVICES>(pool_, abi::EfiBootServicesData, 1);
  if (block == nullptr || boot_services == nullptr) {
    return Fail(ErrorCode::kNoMemory, "no memory for the UEFI tables");
  }
  *boot_services = services;
  boot_services->Hdr = {.Signature = abi::EFI_BOOT_SERVICES_SIGNATURE,
                        .Revision = abi::EFI_BOOT_SERVICES_REVISION,
                        .HeaderSize = sizeof(abi::EFI_BOOT_SERVICES),
                        .CRC32 = 0,
                        .Reserved = 0};
  UpdateCrc(boot_services->Hdr);
  std::ranges::copy(kVendor, block->vendor);
  abi::EFI_SYSTEM_TABLE& table = block->table;
  table.Hdr = {.Signature = abi::EFI_SYSTEM_TABLE_SIGNATURE,
               .Revision = abi::EFI_SYSTEM_TABLE_REVISION,
               .HeaderSize = sizeof(abi::EFI_SYSTEM_TABLE),
               .CRC32 = 0,
               .Reserved = 0};
  table.FirmwareVendor = block->vendor;
  table.FirmwareRevision = firmware_revision;
  table.BootServices = boot_services;
  UpdateCrc(table.Hdr);
  system_table_ = &table;
  boot_services_ = boot_services;
  return {};
}

void SystemTables::SetRuntimeServices(abi::EFI_RUNTIME_SERVICES* services) {
  system_table_->RuntimeServices = services;
  UpdateCrc(system_table_->Hdr);
}

void SystemTables::SetConsoleInput(
    abi::EFI_HANDLE handle, abi::EFI_SIMPLE_TEXT_INPUT_PROTOCOL* protocol) {
  system_table_->ConsoleInHandle = handle;
  system_table_->ConIn = protocol;
  UpdateCrc(system_table_->Hdr);
}

void SystemTables::SetConsoleOutput(
    abi::EFI_HANDLE handle, abi::EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL* protocol) {
  system_table_->ConsoleOutHandle = handle;
  system_table_->ConOut = protocol;
  UpdateCrc(system_table_->Hdr);
}

void SystemTables::SetStandardError(
    abi::EFI_HANDLE handle, abi::EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL* protocol) {
  system_table_->StandardErrorHandle = handle;
  system_table_->StdErr = protocol;
  UpdateCrc(system_table_->Hdr);
}

abi::EFI_STATUS SystemTables::InstallConfigurationTable(
    const abi::EFI_GUID* guid, abi::VOID* table) {
  if (guid == nullptr) return abi::EFI_INVALID_PARAMETER;
  const abi::EFI_GUID name = *guid;
  const TplGuard guard(events_, abi::TPL_NOTIFY);
  abi::EFI_CONFIGURATION_TABLE* const entry = Find(name);
  if (entry != nullptr && table != nullptr) {
    entry->VendorTable = table;
  } else if (entry != nullptr) {
    abi::EFI_CONFIGURATION_TABLE* const end =
        system_table_->ConfigurationTable +
        system_table_->NumberOfTableEntries--;
    std::copy(entry + 1, end, entry);
  } else if (table == nullptr) {
    return abi::EFI_NOT_FOUND;
  } else if (!AddConfigurationTable(name, table)) {
    return abi::EFI_OUT_OF_RESOURCES;
  }
  UpdateCrc(system_table_->Hdr);
  events_.SignalGroup(name);
  return abi::EFI_SUCCESS;
}

abi::EFI_CONFIGURATION_TABLE* SystemTables::Find(const abi::EFI_GUID& guid) {
  for (abi::UINTN i = 0; i < system_table_->NumberOfTableEntries; ++i) {
    abi::EFI_CONFIGURATION_TABLE& entry = system_table_->ConfigurationTable[i];
    if (entry.VendorGuid == guid) return &entry;
  }
  return nullptr;
}

bool SystemTables::AddConfigurationTable(const abi::EFI_GUID& guid,
                                         abi::VOID* table) {
  const abi::UINTN count = system_table_->NumberOfTableEntries;
  if (count == configuration_capacity_) {
    const size_t capacity =
        count == 0 ? kFirstConfigurationCapacity : 2 * count;
    auto* const larger = AllocateAs<abi::EFI_CONFIGURATION_TABLE>(
        pool_, abi::EfiRuntimeServicesData, capacity);
    if (larger == nullptr) return false;
    if (count != 0) {
      std::copy_n(system_table_->ConfigurationTable, count, larger);
      static_cast<void>(pool_.FreePool(system_table_->ConfigurationTable));
    }
    system_table_->ConfigurationTable = larger;
    configuration_capacity_ = capacity;
  }
  system_table_->ConfigurationTable[count] = {.VendorGuid = guid,
                                              .VendorTable = table};
  ++system_table_->NumberOfTableEntries;
  return true;
}

void SystemTables::RemoveBootServices() {
  system_table_->BootServices = nullptr;
  system_table_->ConsoleInHandle = nullptr;
  system_table_->ConIn = nullptr;
  system_table_->ConsoleOutHandle = nullptr;
  system_table_->ConOut = nullptr;
  system_table_->StandardErrorHandle = nullptr;
  system_table_->StdErr = nullptr;
  UpdateCrc(system_table_->Hdr);
}

}  // namespace flint::efi
