// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "platforms/base/bytes.h"
#include "platforms/base/endian.h"
#include "platforms/base/guid.h"

/// How variables are stored, in memory and in a file: the file format that the
/// EBBR specification defines, which tools of operating systems know.
/// [ebbr-2.5 5, File Format For Storing EFI Variables]
namespace flint::efi {

/// What a store starts with. The CRC-32 is over the entries alone, and `length`
/// counts this header too; a file may be longer.
struct VariableFileHeader {
  Le64 reserved;
  std::array<uint8_t, 7> magic;
  uint8_t revision;
  Le32 length;
  Le32 crc32;
};
static_assert(sizeof(VariableFileHeader) == 24);

inline constexpr std::array<uint8_t, 7> kVariableFileMagic = {
    'U', 'b', 'E', 'f', 'i', 'V', 'a'};
inline constexpr uint8_t kVariableFileRevision = 1;

/// One variable. The name in UTF-16 with its NUL follows, then `data_size`
/// bytes of data, then zeros up to a multiple of 8.
struct VariableEntry {
  Le32 data_size;
  Le32 attributes;
  Le64 timestamp;  // of authenticated variables; 0 in all others
  Guid vendor;
};
static_assert(sizeof(VariableEntry) == 32);

inline constexpr uint64_t kVariableEntryAlignment = 8;

/// The longest name, with its NUL.
inline constexpr uint64_t kMaxVariableNameBytes = 1024;

/// The most data one variable may hold.
inline constexpr uint64_t kMaxVariableDataBytes = 64 * 1024;

/// Checks a store that comes from outside: every entry is one that SetVariable
/// could have made, and none is there twice. kUnsupported if it is not a store
/// of this format, kTruncated if it is cut short, kCorrupt for everything else.
/// The result is the store without what follows it in the file.
Result<Bytes> CheckVariableFile(Bytes file);

}  // namespace flint::efi
