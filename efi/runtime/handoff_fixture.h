// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <vector>

#include "efi/abi/memory.h"
#include "efi/runtime/handoff.h"
#include "efi/runtime/runtime_variables.h"
#include "efi/variables/variable_area.h"
#include "platforms/base/crc32.h"

namespace flint::efi {

inline constexpr uint32_t kTestAttributes =
    abi::EFI_VARIABLE_NON_VOLATILE | abi::EFI_VARIABLE_BOOTSERVICE_ACCESS |
    abi::EFI_VARIABLE_RUNTIME_ACCESS;
inline constexpr Guid kTestVendor =
    Guid::Of("0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0");

/// Lays out `handoff` and two areas for variables behind it, in that memory.
inline void FillHandoff(RuntimeHandoff& handoff,
                        uint64_t variables_address,
                        uint64_t area_bytes) {
  handoff = RuntimeHandoff{};
  handoff.nonvolatile = {variables_address, area_bytes};
  handoff.volatiles = {variables_address + area_bytes, area_bytes};
  VariableArea(MemoryOf(handoff.nonvolatile)).Clear();
  VariableArea(MemoryOf(handoff.volatiles)).Clear();
  // Waits for the end of a machine that nothing ends are short.
  handoff.clock.counter_hz = 1'000'000;
}

/// A descriptor of runtime memory, as an operating system passes it.
inline abi::EFI_MEMORY_DESCRIPTOR Mapping(uint64_t physical,
                                          uint64_t virtual_address,
                                          uint64_t page_count) {
  return {.Type = abi::EfiRuntimeServicesData,
          .PhysicalStart = physical,
          .VirtualStart = virtual_address,
          .NumberOfPages = page_count,
          .Attribute = abi::EFI_MEMORY_RUNTIME | abi::EFI_MEMORY_WB};
}

/// SetVirtualAddressMap with these descriptors, packed as the type is.
inline abi::EFI_STATUS SetMap(abi::EFI_RUNTIME_SERVICES& services,
                              std::vector<abi::EFI_MEMORY_DESCRIPTOR> map) {
  return services.SetVirtualAddressMap(map.size() * sizeof(map[0]),
                                       sizeof(map[0]),
                                       abi::EFI_MEMORY_DESCRIPTOR_VERSION,
                                       map.data());
}

inline abi::EFI_STATUS SetText(abi::EFI_RUNTIME_SERVICES& services,
                               std::u16string name,
                               std::string text) {
  Guid vendor = kTestVendor;
  return services.SetVariable(
      name.data(), &vendor, kTestAttributes, text.size(), text.data());
}

/// The text, or the status in angle brackets.
inline std::string GetText(abi::EFI_RUNTIME_SERVICES& services,
                           std::u16string name) {
  Guid vendor = kTestVendor;
  std::string text(256, '?');
  abi::UINTN size = text.size();
  const abi::EFI_STATUS status =
      services.GetVariable(name.data(), &vendor, nullptr, &size, text.data());
  if (status != abi::EFI_SUCCESS) {
    return "<" + std::to_string(status & ~abi::kErrorBit) + ">";
  }
  return text.substr(0, size);
}

/// Whether the table's CRC is right, found as an operating system would.
template <typename Table>
bool HasRightCrc(const Table& table) {
  Table copy = table;
  copy.Hdr.CRC32 = 0;
  return Crc32(std::as_bytes(std::span(&copy, 1))) == table.Hdr.CRC32 &&
         table.Hdr.HeaderSize == sizeof(Table);
}

}  // namespace flint::efi
