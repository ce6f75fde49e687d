// SPDX-License-Identifier: Apache-2.0
#include "drivers/smbios/table_files.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <span>
#include <string_view>

#include "drivers/smbios/format.h"

namespace flint::smbios {
namespace {

/// What of the entry point file counts.
Result<Bytes> EntryPointOf(Bytes file) {
  const std::string_view text = AsText(file);
  if (text.starts_with(EntryPoint64::kAnchor)) {
    return Slice(file, 0, sizeof(EntryPoint64));
  }
  if (text.starts_with(EntryPoint32::kAnchor)) {
    return Slice(file, 0, sizeof(EntryPoint32));
  }
  return Fail(ErrorCode::kCorrupt, "SMBIOS entry point has no anchor");
}

/// Has `bytes` add up to zero, by that one of them.
void Balance(MutableBytes bytes, std::byte& checksum) {
  checksum = std::byte{0};
  checksum = std::byte{static_cast<uint8_t>(0 - SumOf(bytes))};
}

Status Complete32(MutableBytes bytes, uint64_t structures_address) {
  if (structures_address > std::numeric_limits<uint32_t>::max()) {
    return Fail(ErrorCode::kOutOfRange,
                "SMBIOS entry point holds no address above 4 GiB");
  }
  const Le32 address = static_cast<uint32_t>(structures_address);
  bytes[offsetof(EntryPoint32, length)] = std::byte{sizeof(EntryPoint32)};
  std::ranges::copy(AsBytes(address),
                    bytes.begin() + offsetof(EntryPoint32, table_address));
  Balance(bytes.subspan(offsetof(EntryPoint32, intermediate_anchor)),
          bytes[offsetof(EntryPoint32, intermediate_checksum)]);
  Balance(bytes, bytes[offsetof(EntryPoint32, checksum)]);
  return {};
}

void Complete64(MutableBytes bytes, uint64_t structures_address) {
  const Le64 address = structures_address;
  bytes[offsetof(EntryPoint64, length)] = std::byte{sizeof(EntryPoint64)};
  std::ranges::copy(AsBytes(address),
                    bytes.begin() + offsetof(EntryPoint64, table_address));
  Balance(bytes, bytes[offsetof(EntryPoint64, checksum)]);
}

/// Fills in what is missing in `bytes`, an entry point of the right length.
Result<EntryPoint> Complete(MutableBytes bytes,
                            size_t structures_size,
                            uint64_t structures_address) {
  if (AsText(bytes).starts_with(EntryPoint64::kAnchor)) {
    Complete64(bytes, structures_address);
  } else {
    TRY(Complete32(bytes, structures_address));
  }
  const EntryPoint entry = TRY(ParseEntryPoint(bytes));
  if (entry.table_size_bytes == 0 || entry.table_size_bytes > structures_size) {
    return Fail(ErrorCode::kCorrupt,
                "SMBIOS entry point is not for these structures");
  }
  return entry;
}

/// Copies, and looks whether that helped: what looks like memory may be a ROM.
Status Write(Bytes from, MutableBytes to) {
  std::ranges::copy(from, to.begin());
  if (!std::ranges::equal(from, to)) {
    return Fail(ErrorCode::kReadOnly, "memory for SMBIOS cannot be written");
  }
  return {};
}

}  // namespace

Result<EntryPoint> PlaceTables(const TableFiles& files,
                               const TablePlaces& places,
                               GuestMemory& memory) {
  if (files.structures.size() > kMaxTableSizeBytes) {
    return Fail(ErrorCode::kUnsupported, "SMBIOS structures are too long");
  }
  if (places.entry_point_address % kEntryPointAlignmentBytes != 0) {
    return Fail(ErrorCode::kInvalidArgument,
                "SMBIOS entry point would be misaligned");
  }
  const Bytes given = TRY(EntryPointOf(files.entry_point));
  std::array<std::byte, kMaxEntryPointBytes> storage{};
  const MutableBytes completed = std::span(storage).first(given.size());
  std::ranges::copy(given, completed.begin());
  EntryPoint entry = TRY(
      Complete(completed, files.structures.size(), places.structures_address));
  entry.address = places.entry_point_address;

  const MutableBytes entry_room =
      TRY(memory.Map(places.entry_point_address, completed.size()));
  const MutableBytes structures_room =
      TRY(memory.Map(places.structures_address, files.structures.size()));
  // The structures first: whoever finds an entry point finds them, too.
  TRY(Write(files.structures, structures_room));
  TRY(Write(completed, entry_room));
  return entry;
}

}  // namespace flint::smbios
