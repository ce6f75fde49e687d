// SPDX-License-Identifier: Apache-2.0
#include "loader/pe/pe_builder.h"

#include <algorithm>
#include <cstring>

#include "platforms/base/checked.h"

namespace flint::pe {
namespace {

template <WireType T>
void Put(std::vector<std::byte>& file, size_t offset, const T& value) {
  file.resize(std::max(file.size(), offset + sizeof(T)));
  std::memcpy(file.data() + offset, &value, sizeof(T));
}

void PutBytes(std::vector<std::byte>& file, size_t offset, Bytes bytes) {
  file.resize(std::max(file.size(), offset + bytes.size()));
  std::ranges::copy(bytes, file.begin() + static_cast<ptrdiff_t>(offset));
}

SectionHeader HeaderOf(const BuiltSection& section, uint32_t file_offset) {
  SectionHeader header{};
  section.name.copy(header.name.data(), header.name.size());
  header.virtual_size = section.virtual_size;
  header.rva = section.rva;
  header.file_size =
      section.file_size.value_or(static_cast<uint32_t>(section.content.size()));
  header.file_offset = file_offset;
  header.characteristics = section.characteristics;
  return header;
}

}  // namespace

ImageBuilder ImageBuilder::Application() {
  ImageBuilder builder;
  builder.sections.push_back({
      .name = ".text",
      .rva = 0x1000,
      .virtual_size = 3,
      .content = BytesOf({0x31, 0xc0, 0xc3}),  // xor eax, eax; ret
      .characteristics = SectionHeader::kRead | SectionHeader::kExecute,
  });
  return builder;
}

void ImageBuilder::AddRelocations(uint32_t rva, std::vector<std::byte> table) {
  const auto size = static_cast<uint32_t>(table.size());
  directory(Directory::kBaseRelocations) = {.rva = rva, .size_bytes = size};
  sections.push_back({.name = ".reloc",
                      .rva = rva,
                      .virtual_size = size,
                      .content = std::move(table)});
}

std::vector<std::byte> ImageBuilder::Build() const {
  std::vector<std::byte> file(headers_size);
  DosHeader dos{};
  dos.magic = DosHeader::kMagic;
  dos.pe_offset = pe_offset;
  Put(file, 0, dos);

  FileHeader file_header{};
  file_header.signature = FileHeader::kSignature;
  file_header.machine = machine;
  file_header.section_count = static_cast<uint16_t>(sections.size());
  file_header.optional_header_size = static_cast<uint16_t>(
      sizeof(OptionalHeader) + directory_count * sizeof(DataDirectory));
  file_header.characteristics = characteristics;
  Put(file, pe_offset, file_header);

  OptionalHeader header{};
  header.magic = OptionalHeader::kMagicPe32Plus;
  header.entry_rva = entry_rva;
  header.image_base = image_base;
  header.section_alignment = section_alignment;
  header.file_alignment = file_alignment;
  header.image_size = image_size;
  header.headers_size = headers_size;
  header.subsystem = subsystem;
  header.dll_characteristics = dll_characteristics;
  header.directory_count = directory_count;
  size_t offset = pe_offset + sizeof(FileHeader);
  Put(file, offset, header);
  offset += sizeof(OptionalHeader);
  for (size_t i = 0; i < directory_count; ++i) {
    Put(file, offset, directories[i]);
    offset += sizeof(DataDirectory);
  }

  for (const BuiltSection& section : sections) {
    const uint32_t end = static_cast<uint32_t>(file.size());
    const uint32_t file_offset =
        section.file_offset.value_or(*AlignUp(end, file_alignment));
    Put(file, offset, HeaderOf(section, file_offset));
    offset += sizeof(SectionHeader);
    if (!section.content.empty()) {
      PutBytes(file, file_offset, section.content);
    }
  }
  return file;
}

std::vector<std::byte> RelocationBlockOf(
    uint32_t page_rva, std::initializer_list<uint16_t> entries) {
  std::vector<std::byte> bytes;
  RelocationBlock block{};
  block.page_rva = page_rva;
  block.block_size =
      static_cast<uint32_t>(sizeof(block) + entries.size() * sizeof(Le16));
  Put(bytes, 0, block);
  for (const uint16_t entry : entries) Put(bytes, bytes.size(), Le16(entry));
  return bytes;
}

std::vector<std::byte> BytesOf(std::initializer_list<uint8_t> bytes) {
  const auto view = std::as_bytes(std::span(bytes.begin(), bytes.size()));
  return {view.begin(), view.end()};
}

}  // namespace flint::pe
