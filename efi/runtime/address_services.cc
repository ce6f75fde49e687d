// SPDX-License-Identifier: Apache-2.0
#include "efi/runtime/address_services.h"

#include <cstddef>
#include <cstring>
#include <span>

#include "efi/runtime/driver_relocation.h"
#include "efi/runtime/table_crc.h"
#include "platforms/base/checked.h"

namespace flint::efi {
namespace {

using abi::EFI_STATUS;

// SAFETY (both): addresses of runtime memory, which is mapped at its physical
// address while SetVirtualAddressMap runs.
uint64_t AddressOf(const void* pointer) {
  return reinterpret_cast<uint64_t>(pointer);
}
template <typename T>
T* PointerTo(uint64_t address) {
  return reinterpret_cast<T*>(address);
}

std::span<const RuntimePages> RuntimePagesOf(const RuntimeHandoff& handoff) {
  return std::span(handoff.pages).first(handoff.pages_count);
}

std::span<const RuntimePages> MemoryOf(const RuntimeHandoff& handoff) {
  return std::span(handoff.memory).first(handoff.memory_count);
}

/// The end of the memory that `address` lies in; 0 if in none.
uint64_t EndOfMemoryAt(const RuntimeHandoff& handoff, uint64_t address) {
  for (const RuntimePages& pages : MemoryOf(handoff)) {
    const uint64_t size_bytes = pages.page_count * abi::EFI_PAGE_SIZE;
    if (address >= pages.address && address - pages.address < size_bytes) {
      return pages.address + size_bytes;
    }
  }
  return 0;
}

/// Whether the memory map has all of what a descriptor describes. It need not
/// be runtime memory: kernels keep boot services data by calling it that.
bool IsMemory(const RuntimeHandoff& handoff,
              const abi::EFI_MEMORY_DESCRIPTOR& descriptor) {
  const auto size_bytes =
      CheckedMul<uint64_t>(descriptor.NumberOfPages, abi::EFI_PAGE_SIZE);
  if (!size_bytes) return false;
  const auto end = CheckedAdd(descriptor.PhysicalStart, *size_bytes);
  if (!end) return false;
  for (uint64_t address = descriptor.PhysicalStart; address < *end;) {
    address = EndOfMemoryAt(handoff, address);
    if (address == 0) return false;
  }
  return true;
}

/// Compares the map with the memory map that ExitBootServices left.
EFI_STATUS CheckAgainstPages(const RuntimeHandoff& handoff,
                             const VirtualMap& map) {
  for (uint64_t i = 0; i < map.size() && handoff.memory_count != 0; ++i) {
    const abi::EFI_MEMORY_DESCRIPTOR descriptor = map.at(i);
    if ((descriptor.Attribute & abi::EFI_MEMORY_RUNTIME) != 0 &&
        !IsMemory(handoff, descriptor)) {
      return abi::EFI_NOT_FOUND;
    }
  }
  for (const RuntimePages& pages : RuntimePagesOf(handoff)) {
    const uint64_t last =
        pages.address + (pages.page_count - 1) * abi::EFI_PAGE_SIZE;
    if (!map.Convert(pages.address) || !map.Convert(last)) {
      return abi::EFI_NO_MAPPING;
    }
  }
  return abi::EFI_SUCCESS;
}

/// What has to stay in one piece.
bool KeepsTogether(const VirtualMap& map, const RuntimeBlock& block) {
  return block.size_bytes == 0 ||
         map.ConvertRange(block.address, block.size_bytes).has_value();
}

bool KeepsOurs(const RuntimeHandoff& handoff, const VirtualMap& map) {
  const RuntimeBlock self{AddressOf(&handoff), sizeof(handoff)};
  if (!KeepsTogether(map, self) || !KeepsTogether(map, handoff.image) ||
      !KeepsTogether(map, handoff.nonvolatile) ||
      !KeepsTogether(map, handoff.volatiles) ||
      !KeepsTogether(map, handoff.flash.image) ||
      !KeepsTogether(map, {handoff.flash.address, handoff.flash.size_bytes})) {
    return false;
  }
  for (const RuntimeDriver& driver :
       std::span(handoff.drivers).first(handoff.driver_count)) {
    if (!KeepsTogether(map, {driver.address, driver.size_bytes})) return false;
  }
  return handoff.system_table == nullptr ||
         map.ConvertRange(AddressOf(handoff.system_table),
                          sizeof(*handoff.system_table));
}

void NotifyListeners(const RuntimeHandoff& handoff) {
  for (const AddressChangeListener& listener :
       std::span(handoff.listeners).first(handoff.listener_count)) {
    listener.notify(listener.event, listener.context);
  }
}

void RelocateDrivers(const RuntimeHandoff& handoff, const VirtualMap& map) {
  for (const RuntimeDriver& driver :
       std::span(handoff.drivers).first(handoff.driver_count)) {
    const auto address = map.Convert(driver.address);
    if (!address) continue;
    RelocateDriver(
        driver,
        MutableBytes(PointerTo<std::byte>(driver.address), driver.size_bytes),
        *address);
  }
}

/// Converts what can be; a pointer to other memory than runtime memory is of
/// no use from now on, and stays.
template <typename T>
void Convert(const VirtualMap& map, T*& pointer) {
  if (const auto address = map.Convert(AddressOf(pointer))) {
    pointer = PointerTo<T>(*address);
  }
}

void ConvertTables(RuntimeHandoff& handoff, const VirtualMap& map) {
  // All that follows the header are functions.
  const MutableBytes table =
      std::as_writable_bytes(std::span(&handoff.services, 1));
  for (size_t offset = sizeof(abi::EFI_TABLE_HEADER); offset < table.size();
       offset += sizeof(uint64_t)) {
    uint64_t function;
    std::memcpy(&function, table.data() + offset, sizeof(function));
    const auto converted = map.Convert(function);
    if (!converted) continue;
    std::memcpy(table.data() + offset, &*converted, sizeof(function));
  }
  SetTableCrc(handoff.services);
  if (handoff.system_table == nullptr) return;
  abi::EFI_SYSTEM_TABLE& system = *handoff.system_table;
  Convert(map, system.FirmwareVendor);
  Convert(map, system.ConfigurationTable);
  Convert(map, system.RuntimeServices);
  SetTableCrc(system);
}

void ConvertBlock(const VirtualMap& map, RuntimeBlock& block) {
  block.address = map.Convert(block.address).value_or(block.address);
}

void ConvertRegister(const VirtualMap& map, RuntimeRegister& reg) {
  if (reg.space != RuntimeSpace::kMemory) return;
  const auto address = map.Convert(reg.address);
  if (address) {
    reg.address = *address;
  } else {
    // Nobody mapped it: the other ways to end a machine remain.
    reg.space = RuntimeSpace::kAbsent;
  }
}

void ConvertHandoff(RuntimeHandoff& handoff, const VirtualMap& map) {
  ConvertBlock(map, handoff.image);
  ConvertBlock(map, handoff.nonvolatile);
  ConvertBlock(map, handoff.volatiles);
  ConvertBlock(map, handoff.flash.image);
  handoff.flash.address =
      map.Convert(handoff.flash.address).value_or(handoff.flash.address);
  ConvertRegister(map, handoff.power.reset);
  ConvertRegister(map, handoff.power.pm1a_control);
  ConvertRegister(map, handoff.power.pm1b_control);
  ConvertRegister(map, handoff.power.sleep_control);
  Convert(map, handoff.system_table);
  handoff.listener_count = 0;
  handoff.driver_count = 0;
}

}  // namespace

EFI_STATUS SetVirtualAddressMap(RuntimeState& state,
                                abi::UINTN memory_map_size,
                                abi::UINTN descriptor_size,
                                abi::UINT32 descriptor_version,
                                abi::EFI_MEMORY_DESCRIPTOR* map) {
  RuntimeHandoff& handoff = *state.handoff;
  // A listener cannot do it again.
  if (handoff.phase != RuntimePhase::kPhysical || state.map != nullptr) {
    return abi::EFI_UNSUPPORTED;
  }
  if (descriptor_version != abi::EFI_MEMORY_DESCRIPTOR_VERSION ||
      descriptor_size < sizeof(abi::EFI_MEMORY_DESCRIPTOR) ||
      (map == nullptr && memory_map_size != 0)) {
    return abi::EFI_INVALID_PARAMETER;
  }
  const VirtualMap virtual_map(
      Bytes(reinterpret_cast<const std::byte*>(map), memory_map_size),
      descriptor_size);
  const EFI_STATUS checked = CheckAgainstPages(handoff, virtual_map);
  if (abi::EFI_ERROR(checked)) return checked;
  if (!KeepsOurs(handoff, virtual_map)) return abi::EFI_NO_MAPPING;

  state.map = &virtual_map;
  NotifyListeners(handoff);
  state.map = nullptr;
  RelocateDrivers(handoff, virtual_map);
  ConvertTables(handoff, virtual_map);
  ConvertHandoff(handoff, virtual_map);
  handoff.phase = RuntimePhase::kVirtual;
  Convert(virtual_map, state.handoff);
  return abi::EFI_SUCCESS;
}

EFI_STATUS ConvertPointer(const RuntimeState& state,
                          abi::UINTN debug_disposition,
                          abi::VOID** address) {
  if (address == nullptr) return abi::EFI_INVALID_PARAMETER;
  if (*address == nullptr) {
    return (debug_disposition & abi::EFI_OPTIONAL_PTR) != 0
               ? abi::EFI_SUCCESS
               : abi::EFI_INVALID_PARAMETER;
  }
  if (state.map == nullptr) return abi::EFI_NOT_FOUND;
  const auto converted = state.map->Convert(AddressOf(*address));
  if (!converted) return abi::EFI_NOT_FOUND;
  *address = PointerTo<abi::VOID>(*converted);
  return abi::EFI_SUCCESS;
}

}  // namespace flint::efi
