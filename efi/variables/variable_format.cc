// SPDX-License-Identifier: Apache-2.0
#include "efi/variables/variable_format.h"

#include <algorithm>
#include <cstddef>

#include "efi/abi/runtime_services.h"
#include "platforms/base/crc32.h"

namespace flint::efi {
namespace {

using abi::EFI_VARIABLE_BOOTSERVICE_ACCESS;
using abi::EFI_VARIABLE_NON_VOLATILE;
using abi::EFI_VARIABLE_RUNTIME_ACCESS;

struct StoredVariable {
  VariableEntry entry;
  Bytes name;  // with its NUL
};

/// Takes the name at the front of `reader`, its NUL included.
Result<Bytes> TakeName(ByteReader& reader) {
  const Bytes start = reader.remaining();
  uint64_t size_bytes = 0;
  for (Le16 unit = 1; unit != 0; size_bytes += sizeof(unit)) {
    if (size_bytes == kMaxVariableNameBytes) {
      return Fail(ErrorCode::kCorrupt, "variable store: a name is too long");
    }
    unit = TRY(reader.Read<Le16>());
  }
  if (size_bytes == sizeof(Le16)) {
    return Fail(ErrorCode::kCorrupt, "variable store: a name is empty");
  }
  return start.first(size_bytes);
}

Result<StoredVariable> TakeVariable(ByteReader& reader) {
  const uint64_t start_bytes = reader.remaining().size();
  const auto entry = TRY(reader.Read<VariableEntry>());
  const Bytes name = TRY(TakeName(reader));
  if (entry.data_size == 0 || entry.data_size > kMaxVariableDataBytes) {
    return Fail(ErrorCode::kCorrupt,
                "variable store: a variable is empty or too large");
  }
  constexpr uint32_t kNeeded =
      EFI_VARIABLE_NON_VOLATILE | EFI_VARIABLE_BOOTSERVICE_ACCESS;
  if ((entry.attributes & ~EFI_VARIABLE_RUNTIME_ACCESS) != kNeeded ||
      entry.timestamp != 0) {
    return Fail(ErrorCode::kCorrupt,
                "variable store: a variable's attributes cannot be stored");
  }
  (void)TRY(reader.ReadBytes(entry.data_size));
  const uint64_t used_bytes = start_bytes - reader.remaining().size();
  const Bytes padding =
      TRY(reader.ReadBytes(-used_bytes % kVariableEntryAlignment));
  if (!std::ranges::all_of(padding,
                           [](std::byte b) { return b == std::byte{0}; })) {
    return Fail(ErrorCode::kCorrupt, "variable store: padding is not zero");
  }
  return StoredVariable{entry, name};
}

/// Whether a variable of that name is among `entries`, which were checked.
bool Contains(Bytes entries, const StoredVariable& wanted) {
  ByteReader reader(entries);
  while (!reader.empty()) {
    const auto variable = TakeVariable(reader);
    if (!variable) return false;
    if (variable->entry.vendor == wanted.entry.vendor &&
        std::ranges::equal(variable->name, wanted.name)) {
      return true;
    }
  }
  return false;
}

}  // namespace

Result<Bytes> CheckVariableFile(Bytes file) {
  const auto header = TRY(ReadWire<VariableFileHeader>(file));
  if (header.magic != kVariableFileMagic) {
    return Fail(ErrorCode::kUnsupported, "variable store: wrong magic");
  }
  if (header.revision != kVariableFileRevision) {
    return Fail(ErrorCode::kUnsupported, "variable store: unknown revision");
  }
  if (header.length < sizeof(header)) {
    return Fail(ErrorCode::kCorrupt, "variable store: length is too small");
  }
  const Bytes store = TRY(Slice(file, 0, header.length));
  const Bytes entries = store.subspan(sizeof(header));
  if (Crc32(entries) != header.crc32) {
    return Fail(ErrorCode::kCorrupt, "variable store: wrong checksum");
  }
  ByteReader reader(entries);
  while (!reader.empty()) {
    const Bytes before =
        entries.first(entries.size() - reader.remaining().size());
    const auto variable = TRY(TakeVariable(reader));
    if (Contains(before, variable)) {
      return Fail(ErrorCode::kCorrupt, "variable store: a variable is twice");
    }
  }
  return store;
}

}  // namespace flint::efi
