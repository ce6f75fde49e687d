// SPDX-License-Identifier: Apache-2.0
#include "drivers/smbios/entry_point.h"

#include <string_view>

#include "drivers/smbios/format.h"

namespace flint::smbios {
namespace {

// Where PC firmware leaves the entry points. [smbios 5.2.1]
constexpr uint64_t kAreaAddress = 0xF0000;
constexpr uint64_t kAreaSizeBytes = 0x10000;
constexpr uint64_t kStep = 16;

/// The first `length` of `bytes`, if they are there and add up to zero.
Status CheckSum(Bytes bytes, uint8_t length) {
  const Bytes summed = TRY(Slice(bytes, 0, length));
  if (SumOf(summed) != 0) {
    return Fail(ErrorCode::kCorrupt, "SMBIOS entry point has a bad checksum");
  }
  return {};
}

/// `bytes` begin with the anchor.
Result<EntryPoint> Parse32(Bytes bytes) {
  const auto format = TRY(ReadWire<EntryPoint32>(bytes));
  if (format.length != sizeof(EntryPoint32) &&
      format.length != EntryPoint32::kShortLength) {
    return Fail(ErrorCode::kCorrupt, "SMBIOS entry point has a bad length");
  }
  // Where the length is one short, the sum may be meant with either.
  if (!CheckSum(bytes, format.length)) {
    TRY(CheckSum(bytes, sizeof(EntryPoint32)));
  }
  const Bytes intermediate =
      bytes.subspan(offsetof(EntryPoint32, intermediate_anchor));
  if (!AsText(intermediate).starts_with(EntryPoint32::kIntermediateAnchor)) {
    return Fail(ErrorCode::kCorrupt, "SMBIOS entry point has no _DMI_ part");
  }
  constexpr uint8_t kIntermediateSize =
      sizeof(EntryPoint32) - offsetof(EntryPoint32, intermediate_anchor);
  TRY(CheckSum(intermediate, kIntermediateSize));
  return EntryPoint{.size_bytes = sizeof(EntryPoint32),
                    .table_address = format.table_address,
                    .table_size_bytes = format.table_size};
}

/// `bytes` begin with the anchor.
Result<EntryPoint> Parse64(Bytes bytes) {
  const auto format = TRY(ReadWire<EntryPoint64>(bytes));
  if (format.length < sizeof(EntryPoint64)) {
    return Fail(ErrorCode::kCorrupt, "SMBIOS entry point has a bad length");
  }
  TRY(CheckSum(bytes, format.length));
  if (format.max_table_size > kMaxTableSizeBytes) {
    return Fail(ErrorCode::kCorrupt, "SMBIOS table has an impossible length");
  }
  return EntryPoint{.size_bytes = format.length,
                    .table_address = format.table_address,
                    .table_size_bytes = format.max_table_size};
}

/// The first good entry point with that anchor, and its structures.
std::optional<EntryPoint> Search(GuestMemory& memory,
                                 Bytes area,
                                 std::string_view anchor,
                                 Bytes& structures) {
  for (uint64_t offset = 0; offset < area.size(); offset += kStep) {
    // All anchors begin so, and there is little else here.
    if (area[offset] != std::byte{'_'}) continue;
    const Bytes here = area.subspan(offset);
    if (!AsText(here).starts_with(anchor)) continue;
    Result<EntryPoint> entry = ParseEntryPoint(here);
    if (!entry || entry->table_size_bytes == 0) continue;
    const auto table =
        memory.Map(entry->table_address, entry->table_size_bytes);
    if (!table) continue;
    entry->address = kAreaAddress + offset;
    structures = *table;
    return *entry;
  }
  return std::nullopt;
}

}  // namespace

Result<EntryPoint> ParseEntryPoint(Bytes bytes) {
  const std::string_view text = AsText(bytes);
  if (text.starts_with(EntryPoint64::kAnchor)) return Parse64(bytes);
  if (text.starts_with(EntryPoint32::kAnchor)) return Parse32(bytes);
  return Fail(ErrorCode::kCorrupt, "SMBIOS entry point has no anchor");
}

Result<Tables> Tables::Find(GuestMemory& memory) {
  const Bytes area = TRY(memory.Map(kAreaAddress, kAreaSizeBytes));
  Tables tables;
  tables.entry_32_ =
      Search(memory, area, EntryPoint32::kAnchor, tables.structures_);
  tables.entry_64_ =
      Search(memory, area, EntryPoint64::kAnchor, tables.structures_);
  if (!tables.entry_32_ && !tables.entry_64_) {
    return Fail(ErrorCode::kNotFound, "no SMBIOS");
  }
  return tables;
}

}  // namespace flint::smbios
