// SPDX-License-Identifier: Apache-2.0
#include "drivers/smbios/fake_smbios.h"

#include "drivers/smbios/format.h"

namespace flint::smbios {
namespace {

template <WireType T>
std::string TextOf(const T& format) {
  return std::string(AsText(AsBytes(format)));
}

}  // namespace

FakeSmbios& FakeSmbios::Add(uint8_t type,
                            std::string_view fields,
                            std::initializer_list<std::string_view> strings) {
  const size_t length = sizeof(StructureHeader) + fields.size();
  table_ += TextOf(StructureHeader{.type = type,
                                   .length = static_cast<uint8_t>(length),
                                   .handle = Le16(next_handle_++)});
  table_ += fields;
  for (const std::string_view text : strings) {
    table_ += text;
    table_ += '\0';
  }
  if (strings.size() == 0) table_ += '\0';
  table_ += '\0';
  return *this;
}

FakeSmbios& FakeSmbios::AddOemStrings(
    std::initializer_list<std::string_view> strings) {
  const char count = static_cast<char>(strings.size());
  return Add(11, {&count, 1}, strings);
}

std::string FakeSmbios::EntryPoint32(uint32_t table_address,
                                     size_t table_size) {
  smbios::EntryPoint32 format{};
  smbios::EntryPoint32::kAnchor.copy(format.anchor.data(),
                                     format.anchor.size());
  format.length = sizeof(format);
  format.major_version = 2;
  format.minor_version = 8;
  smbios::EntryPoint32::kIntermediateAnchor.copy(
      format.intermediate_anchor.data(), format.intermediate_anchor.size());
  format.table_size = static_cast<uint16_t>(table_size);
  format.table_address = table_address;
  format.structure_count = 1;
  format.bcd_revision = 0x28;
  std::string entry = TextOf(format);
  FixChecksum(entry, 21, 16, 15);
  FixChecksum(entry, 4, 0, entry.size());
  return entry;
}

std::string FakeSmbios::EntryPoint64(uint64_t table_address,
                                     size_t table_size) {
  smbios::EntryPoint64 format{};
  smbios::EntryPoint64::kAnchor.copy(format.anchor.data(),
                                     format.anchor.size());
  format.length = sizeof(format);
  format.major_version = 3;
  format.minor_version = 2;
  format.entry_point_revision = 1;
  format.max_table_size = static_cast<uint32_t>(table_size);
  format.table_address = table_address;
  std::string entry = TextOf(format);
  FixChecksum(entry, 5, 0, entry.size());
  return entry;
}

void FakeSmbios::FixChecksum(std::string& entry,
                             size_t position,
                             size_t first,
                             size_t size) {
  int sum = 0;
  entry.at(position) = 0;
  for (const char byte : std::string_view(entry).substr(first, size)) {
    sum += byte;
  }
  entry.at(position) = static_cast<char>(-sum);
}

}  // namespace flint::smbios
