// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <vector>

#include "loader/pe/pe_format.h"
#include "loader/pe/pe_image.h"
#include "platforms/base/bytes.h"

namespace flint::pe {

/// One section of an image to build.
struct BuiltSection {
  std::string_view name;
  uint32_t rva;
  uint32_t virtual_size;
  std::vector<std::byte> content;
  uint32_t characteristics = SectionHeader::kRead;
  /// What the header says instead of the content's size.
  std::optional<uint32_t> file_size = std::nullopt;
  /// Where the content goes instead of behind the previous one.
  std::optional<uint32_t> file_offset = std::nullopt;
};

/// Writes PE32+ files, right or wrong, for tests: every field can be set.
struct ImageBuilder {
  uint32_t pe_offset = 64;
  uint16_t machine = static_cast<uint16_t>(Machine::kX86_64);
  uint16_t subsystem = static_cast<uint16_t>(Subsystem::kApplication);
  uint16_t characteristics = FileHeader::kExecutableImage;
  uint16_t dll_characteristics = 0;
  uint64_t image_base = 0x1'4000'0000;
  uint32_t entry_rva = 0x1000;
  uint32_t section_alignment = 0x1000;
  uint32_t file_alignment = 0x200;
  uint32_t image_size = 0x4000;
  uint32_t headers_size = 0x400;
  uint32_t directory_count = 16;
  std::array<DataDirectory, 16> directories{};
  std::vector<BuiltSection> sections;

  /// A small, valid application: code that returns zero in `.text` at 0x1000.
  static ImageBuilder Application();

  DataDirectory& directory(Directory which) {
    return directories[static_cast<size_t>(which)];
  }

  /// Adds a `.reloc` section of these bytes and names it in the directory.
  void AddRelocations(uint32_t rva, std::vector<std::byte> table);

  std::vector<std::byte> Build() const;
};

/// A relocation block: its page, and its entries (type in the upper 4 bits).
std::vector<std::byte> RelocationBlockOf(
    uint32_t page_rva, std::initializer_list<uint16_t> entries);

/// An entry for `RelocationBlockOf`.
constexpr uint16_t RelocationEntry(RelocationType type, uint16_t offset) {
  return static_cast<uint16_t>(static_cast<unsigned>(type) << 12 | offset);
}

/// A vector of these bytes.
std::vector<std::byte> BytesOf(std::initializer_list<uint8_t> bytes);

}  // namespace flint::pe
