// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "platforms/base/endian.h"

namespace flint::elf {

/// [elf 1]
struct FileHeader {
  std::array<uint8_t, 4> magic;
  uint8_t file_class;
  uint8_t byte_order;
  std::array<uint8_t, 10> identification;
  Le16 type;
  Le16 machine;
  Le32 version;
  Le64 entry;
  Le64 program_header_offset;
  Le64 section_header_offset;
  Le32 flags;
  Le16 header_size;
  Le16 program_header_size;
  Le16 program_header_count;
  Le16 section_header_size;
  Le16 section_header_count;
  Le16 section_name_index;
};
static_assert(sizeof(FileHeader) == 64);

inline constexpr std::array<uint8_t, 4> kMagic = {0x7f, 'E', 'L', 'F'};
inline constexpr uint8_t kClass64 = 2;
inline constexpr uint8_t kLittleEndian = 1;
inline constexpr uint16_t kExecutable = 2;
inline constexpr uint16_t kPositionIndependent = 3;
inline constexpr uint16_t kMachineX86_64 = 62;

/// [elf 2]
struct ProgramHeader {
  Le32 type;
  Le32 flags;
  Le64 file_offset;
  Le64 virtual_address;
  Le64 physical_address;
  Le64 file_size_bytes;
  Le64 memory_size_bytes;
  Le64 alignment;
};
static_assert(sizeof(ProgramHeader) == 56);

inline constexpr uint32_t kExecuteFlag = 1;
inline constexpr uint32_t kWriteFlag = 2;

/// [elf 1, Section Header]
struct SectionHeader {
  Le32 name;
  Le32 type;
  Le64 flags;
  Le64 address;
  Le64 file_offset;
  Le64 size_bytes;
  /// For a symbol table: the section with its names.
  Le32 link;
  Le32 info;
  Le64 alignment;
  Le64 entry_size;
};
static_assert(sizeof(SectionHeader) == 64);

inline constexpr uint32_t kSymbolTable = 2;

/// [elf 1, Symbol Table]
struct SymbolEntry {
  Le32 name;
  uint8_t info;
  uint8_t other;
  Le16 section;
  Le64 value;
  Le64 size_bytes;
};
static_assert(sizeof(SymbolEntry) == 24);

inline constexpr uint16_t kUndefinedSection = 0;

/// Owner and description follow, each padded to four bytes. [elf 2, Note]
struct NoteHeader {
  Le32 owner_size;
  Le32 description_size;
  Le32 type;
};
static_assert(sizeof(NoteHeader) == 12);

}  // namespace flint::elf
