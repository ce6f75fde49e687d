// SPDX-License-Identifier: Apache-2.0
#include "efi/platform_tables/platform_tables.h"

#include <algorithm>
#include <optional>

#include "drivers/acpi/tables.h"
#include "drivers/smbios/entry_point.h"
#include "efi/abi/system_table.h"
#include "platforms/base/checked.h"
#include "platforms/base/log.h"

namespace flint::efi {
namespace {

Status Install(const PlatformTablesParts& parts,
               const abi::EFI_GUID& guid,
               uint64_t address) {
  // Readable by images from now on, too.
  const auto table = TRY(parts.memory.Map(address, 1));
  if (abi::EFI_ERROR(
          parts.tables.InstallConfigurationTable(&guid, table.data()))) {
    return Fail(ErrorCode::kNoMemory, "no memory for configuration tables");
  }
  return {};
}

/// An old system that knows the first root pointer only reads no further than
/// that, so one root pointer can serve both.
Status InstallAcpi(const PlatformTablesParts& parts, uint64_t rsdp_address) {
  const auto acpi = acpi::Tables::Find(parts.memory, rsdp_address);
  if (!acpi) {
    log::Debug("efi: {}", acpi.error());
    return {};
  }
  if (acpi->has_extended_root_pointer()) {
    TRY(Install(parts, abi::EFI_ACPI_TABLE_GUID, acpi->rsdp_address()));
  }
  if (acpi->has_rsdt()) {
    TRY(Install(parts, abi::ACPI_TABLE_GUID, acpi->rsdp_address()));
  }
  return {};
}

/// Keeps free RAM as it is. What the VMM reserved it did for good, and the map
/// refuses memory in use.
Status Protect(memory::MemoryMap& map, uint64_t address, uint32_t size_bytes) {
  const uint64_t end = TRY(CheckedAdd<uint64_t>(address, size_bytes));
  while (address < end) {
    const memory::MemoryRange* const range = map.Find(address);
    // Where the map says nothing, nothing is handed out.
    const uint64_t next_page =
        AlignDown(address, memory::kPageSizeBytes) + memory::kPageSizeBytes;
    const uint64_t stop =
        std::min(end, range == nullptr ? next_page : range->end);
    const bool is_reserved =
        range == nullptr || (range->type > memory::MemoryType::kFree &&
                             range->type < memory::MemoryType::kImage);
    if (!is_reserved) {
      TRY(map.Mark(address, stop - address, memory::MemoryType::kAcpiReclaim));
    }
    address = stop;
  }
  return {};
}

Status InstallEntryPoint(const PlatformTablesParts& parts,
                         const abi::EFI_GUID& guid,
                         const std::optional<smbios::EntryPoint>& entry) {
  if (!entry) return {};
  Status kept = Protect(parts.map, entry->address, entry->size_bytes);
  if (kept) {
    kept = Protect(parts.map, entry->table_address, entry->table_size_bytes);
  }
  if (!kept) {
    // Someone else has that memory: whatever is there will not stay.
    log::Warning(
        "SMBIOS at {:x} is left out: {}", entry->table_address, kept.error());
    return {};
  }
  return Install(parts, guid, entry->address);
}

Status InstallSmbios(const PlatformTablesParts& parts) {
  const auto smbios = smbios::Tables::Find(parts.memory);
  if (!smbios) {
    log::Debug("efi: {}", smbios.error());
    return {};
  }
  TRY(InstallEntryPoint(
      parts, abi::SMBIOS_TABLE_GUID, smbios->entry_point_32()));
  return InstallEntryPoint(
      parts, abi::SMBIOS3_TABLE_GUID, smbios->entry_point_64());
}

}  // namespace

Status InstallPlatformTables(const PlatformTablesParts& parts,
                             uint64_t rsdp_address) {
  TRY(InstallAcpi(parts, rsdp_address));
  return InstallSmbios(parts);
}

}  // namespace flint::efi
