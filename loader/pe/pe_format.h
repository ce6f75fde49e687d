// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "platforms/base/endian.h"

namespace flint::pe {

/// Where an image starts, for the sake of DOS. [pe 2.1]
struct DosHeader {
  static constexpr uint16_t kMagic = 0x5a4d;  // "MZ"

  Le16 magic;
  std::array<uint8_t, 58> dos_only;
  Le32 pe_offset;
};
static_assert(sizeof(DosHeader) == 64);

/// The signature and the COFF file header that follows it. [pe 3.3]
struct FileHeader {
  static constexpr uint32_t kSignature = 0x00004550;  // "PE\0\0"

  static constexpr uint16_t kRelocationsStripped = 1 << 0;
  static constexpr uint16_t kExecutableImage = 1 << 1;

  Le32 signature;
  Le16 machine;
  Le16 section_count;
  Le32 time_stamp;
  Le32 symbol_table_offset;
  Le32 symbol_count;
  Le16 optional_header_size;
  Le16 characteristics;
};
static_assert(sizeof(FileHeader) == 24);

/// The fixed part of the PE32+ optional header; data directories follow.
/// [pe 3.4]
struct OptionalHeader {
  static constexpr uint16_t kMagicPe32 = 0x10b;
  static constexpr uint16_t kMagicPe32Plus = 0x20b;
  static constexpr uint16_t kNxCompatible = 0x0100;

  Le16 magic;
  std::array<uint8_t, 2> linker_version;
  Le32 code_size;
  Le32 initialized_data_size;
  Le32 uninitialized_data_size;
  Le32 entry_rva;
  Le32 code_rva;
  Le64 image_base;
  Le32 section_alignment;
  Le32 file_alignment;
  std::array<Le16, 6> versions;
  Le32 win32_version;
  Le32 image_size;
  Le32 headers_size;
  Le32 checksum;
  Le16 subsystem;
  Le16 dll_characteristics;
  std::array<Le64, 4> stack_and_heap_sizes;
  Le32 loader_flags;
  Le32 directory_count;
};
static_assert(sizeof(OptionalHeader) == 112);
static_assert(offsetof(OptionalHeader, checksum) == 64);

/// Where one of the tables is. An RVA is an offset from where the image was
/// loaded; the certificate table alone has a file offset in its place.
/// [pe 3.4.3]
struct DataDirectory {
  Le32 rva;
  Le32 size_bytes;
};
static_assert(sizeof(DataDirectory) == 8);

/// Which data directory. [pe 3.4.3]
enum class Directory : uint8_t {
  kResources = 2,
  kCertificates = 4,
  kBaseRelocations = 5,
  kDebug = 6,
};

/// One entry of the section table. [pe 4]
struct SectionHeader {
  static constexpr uint32_t kExecute = 0x2000'0000;
  static constexpr uint32_t kRead = 0x4000'0000;
  static constexpr uint32_t kWrite = 0x8000'0000;

  std::array<char, 8> name;
  Le32 virtual_size;
  Le32 rva;
  Le32 file_size;
  Le32 file_offset;
  Le32 relocations_offset;
  Le32 line_numbers_offset;
  Le16 relocation_count;
  Le16 line_number_count;
  Le32 characteristics;
};
static_assert(sizeof(SectionHeader) == 40);

/// The start of a run of base relocations within one 4 KiB page. [pe 5.6]
struct RelocationBlock {
  Le32 page_rva;
  Le32 block_size;  // with this header
};
static_assert(sizeof(RelocationBlock) == 8);

/// One base relocation: four bits of type, twelve of offset. [pe 5.6.2]
enum class RelocationType : uint8_t {
  kAbsolute = 0,  // padding
  kHigh = 1,
  kLow = 2,
  kHighLow = 3,
  kDir64 = 10,
};

/// The start of a table of the resource tree; so many entries follow, those
/// with names first. [pe 6.9.1]
struct ResourceDirectory {
  Le32 characteristics{};
  Le32 time_stamp{};
  std::array<Le16, 2> version{};
  Le16 named_count{};
  Le16 numbered_count{};
};
static_assert(sizeof(ResourceDirectory) == 16);

/// One entry of such a table. Offsets count from the start of the resources.
/// [pe 6.9.2]
struct ResourceEntry {
  static constexpr uint32_t kIsString = uint32_t{1} << 31;     // of `name`
  static constexpr uint32_t kIsDirectory = uint32_t{1} << 31;  // of `offset`

  Le32 name;
  Le32 offset;
};
static_assert(sizeof(ResourceEntry) == 8);

/// A leaf of the tree. [pe 6.9.4]
struct ResourceData {
  Le32 rva;
  Le32 size_bytes;
  Le32 code_page{};
  Le32 reserved{};
};
static_assert(sizeof(ResourceData) == 16);

/// One entry of the debug directory. [pe 5.1.1]
struct DebugDirectoryEntry {
  static constexpr uint32_t kCodeView = 2;

  Le32 characteristics;
  Le32 time_stamp;
  std::array<Le16, 2> version;
  Le32 type;
  Le32 size_bytes;
  Le32 rva;
  Le32 file_offset;
};
static_assert(sizeof(DebugDirectoryEntry) == 28);

/// What a CodeView debug entry points at; the name of the file with the
/// symbols follows, ended by a zero byte.
struct CodeViewHeader {
  static constexpr uint32_t kSignature = 0x53445352;  // "RSDS"

  Le32 signature;
  std::array<uint8_t, 16> guid;
  Le32 age;
};
static_assert(sizeof(CodeViewHeader) == 24);

}  // namespace flint::pe
