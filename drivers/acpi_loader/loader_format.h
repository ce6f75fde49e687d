// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "platforms/base/endian.h"

/// The script by which QEMU has its ACPI tables put into memory: entries of 128
/// bytes. [qemu-linker]
namespace flint::acpi_loader {

/// Ends with a NUL, unless it is as long as the field.
using FileName = std::array<char, 56>;

inline constexpr uint32_t kAllocateCommand = 1;
inline constexpr uint32_t kAddPointerCommand = 2;
inline constexpr uint32_t kAddChecksumCommand = 3;
inline constexpr uint32_t kWritePointerCommand = 4;

inline constexpr uint8_t kFSegmentZone = 2;

/// Loads a file to an aligned address in a zone.
struct AllocateCommand {
  Le32 command;
  FileName file;
  Le32 alignment;
  uint8_t zone;
};

/// Adds the address of `source` to the integer of `size_bytes` at `offset` in
/// `target`.
struct AddPointerCommand {
  Le32 command;
  FileName target;
  FileName source;
  Le32 offset;
  uint8_t size_bytes;
};

/// Subtracts the sum of the bytes [start, start + size_bytes) from that at
/// `offset`.
struct AddChecksumCommand {
  Le32 command;
  FileName file;
  Le32 offset;
  Le32 start;
  Le32 size_bytes;
};

/// Writes the address of the byte at `source_offset` of `source` back to the
/// VMM: as an integer of `size_bytes` at `target_offset` of the file `target`.
struct WritePointerCommand {
  Le32 command;
  FileName target;
  FileName source;
  Le32 target_offset;
  Le32 source_offset;
  uint8_t size_bytes;
};

inline constexpr uint64_t kEntryBytes = 128;
static_assert(sizeof(AllocateCommand) <= kEntryBytes);
static_assert(sizeof(AddPointerCommand) <= kEntryBytes);
static_assert(sizeof(AddChecksumCommand) <= kEntryBytes);
static_assert(sizeof(WritePointerCommand) <= kEntryBytes);

}  // namespace flint::acpi_loader
