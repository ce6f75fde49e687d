// SPDX-License-Identifier: Apache-2.0
#include "testing/elf/elf_image.h"

#include <algorithm>

#include "platforms/base/checked.h"
#include "testing/elf/elf_format.h"

namespace flint::elf {
namespace {

constexpr uint64_t kNoteAlignment = 4;

Status CheckKind(const FileHeader& header) {
  if (header.magic != kMagic) {
    return Fail(ErrorCode::kCorrupt, "this is no ELF file");
  }
  if (header.file_class != kClass64 || header.byte_order != kLittleEndian ||
      (header.type != kExecutable && header.type != kPositionIndependent) ||
      header.machine != kMachineX86_64) {
    return Fail(ErrorCode::kUnsupported, "not a 64-bit executable for x86");
  }
  if (header.program_header_size != sizeof(ProgramHeader)) {
    return Fail(ErrorCode::kCorrupt, "program headers of a wrong size");
  }
  return {};
}

Segment ToSegment(const ProgramHeader& header) {
  return {.type = header.type,
          .executable = (header.flags & kExecuteFlag) != 0,
          .writable = (header.flags & kWriteFlag) != 0,
          .file_offset = header.file_offset,
          .virtual_address = header.virtual_address,
          .physical_address = header.physical_address,
          .file_size_bytes = header.file_size_bytes,
          .memory_size_bytes = header.memory_size_bytes,
          .alignment = header.alignment};
}

/// `size` bytes and what pads them in a note.
Result<Bytes> ReadPadded(ByteReader& reader, uint64_t size) {
  const uint64_t padded = TRY(AlignUp(size, kNoteAlignment));
  const Bytes bytes = TRY(reader.ReadBytes(padded));
  return bytes.first(size);
}

/// The text at `offset` up to its NUL.
Result<std::string_view> NameAt(Bytes names, uint64_t offset) {
  const Bytes rest =
      TRY(Slice(names, offset, names.size() - std::min(offset, names.size())));
  const std::string_view text = AsText(rest);
  const size_t end = text.find('\0');
  if (end == text.npos) {
    return Fail(ErrorCode::kTruncated, "a symbol's name does not end");
  }
  return text.substr(0, end);
}

}  // namespace

Result<ElfImage> ElfImage::Parse(Bytes file) {
  const auto header = TRY(ReadWire<FileHeader>(file));
  TRY(CheckKind(header));
  ElfImage image(file,
                 header.entry,
                 {.offset = header.section_header_offset,
                  .count = header.section_header_count});
  const Bytes headers =
      TRY(Slice(file,
                header.program_header_offset,
                sizeof(ProgramHeader) * header.program_header_count));
  for (ByteReader reader(headers); !reader.empty();) {
    const Segment segment = ToSegment(TRY(reader.Read<ProgramHeader>()));
    TRY(Slice(file, segment.file_offset, segment.file_size_bytes));
    if (segment.type == kLoadSegment &&
        segment.file_size_bytes > segment.memory_size_bytes) {
      return Fail(ErrorCode::kCorrupt, "a segment holds more than its memory");
    }
    image.segments_.push_back(segment);
  }
  return image;
}

std::vector<Segment> ElfImage::SegmentsOfType(uint32_t type) const {
  std::vector<Segment> found;
  std::ranges::copy_if(
      segments_, std::back_inserter(found), [type](const Segment& segment) {
        return segment.type == type;
      });
  return found;
}

Result<std::vector<Note>> ElfImage::ReadNotes(const Segment& segment) const {
  std::vector<Note> notes;
  const Bytes bytes =
      TRY(Slice(file_, segment.file_offset, segment.file_size_bytes));
  for (ByteReader reader(bytes); !reader.empty();) {
    const auto header = TRY(reader.Read<NoteHeader>());
    const Bytes owner = TRY(ReadPadded(reader, header.owner_size));
    const Bytes description = TRY(ReadPadded(reader, header.description_size));
    const std::string_view text = AsText(owner);
    notes.push_back({.owner = text.substr(0, text.find('\0')),
                     .type = header.type,
                     .description = description});
  }
  return notes;
}

Result<std::vector<Symbol>> ElfImage::ReadSymbols() const {
  std::vector<Symbol> symbols;
  const auto section = [this](uint32_t index) {
    return ReadWire<SectionHeader>(
        file_, sections_.offset + uint64_t{index} * sizeof(SectionHeader));
  };
  for (uint32_t index = 0; index < sections_.count; ++index) {
    const SectionHeader table = TRY(section(index));
    if (table.type != kSymbolTable) continue;
    const SectionHeader strings = TRY(section(table.link));
    const Bytes names =
        TRY(Slice(file_, strings.file_offset, strings.size_bytes));
    ByteReader reader(TRY(Slice(file_, table.file_offset, table.size_bytes)));
    while (!reader.empty()) {
      const auto entry = TRY(reader.Read<SymbolEntry>());
      const std::string_view name = TRY(NameAt(names, entry.name));
      if (name.empty()) continue;
      symbols.push_back({.name = name,
                         .is_defined = entry.section != kUndefinedSection,
                         .value = entry.value});
    }
  }
  return symbols;
}

}  // namespace flint::elf
