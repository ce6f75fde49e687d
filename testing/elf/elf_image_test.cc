// SPDX-License-Identifier: Apache-2.0
#include "testing/elf/elf_image.h"

#include <string_view>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platforms/base/bytes.h"
#include "testing/elf/elf_format.h"
#include "testing/result_matchers.h"

namespace flint::elf {
namespace {

using flint::testing::IsError;

/// A small file: one load segment, which is all of it, a note segment, and a
/// symbol table.
struct Sample {
  struct Xen {
    NoteHeader header = {.owner_size = 4, .description_size = 5, .type = 18};
    std::array<char, 4> owner = {'X', 'e', 'n', '\0'};
    std::array<uint8_t, 8> description = {1, 2, 3, 4, 5};
  };

  FileHeader header = {.magic = kMagic,
                       .file_class = kClass64,
                       .byte_order = kLittleEndian,
                       .identification = {},
                       .type = kExecutable,
                       .machine = kMachineX86_64,
                       .version = 1,
                       .entry = 0x200040,
                       .program_header_offset = 64,
                       .section_header_offset = 0,
                       .flags = 0,
                       .header_size = 64,
                       .program_header_size = sizeof(ProgramHeader),
                       .program_header_count = 2,
                       .section_header_size = sizeof(SectionHeader),
                       .section_header_count = 2,
                       .section_name_index = 0};
  std::array<ProgramHeader, 2> program_headers;
  Xen note;
  std::array<SymbolEntry, 3> symbols;
  std::array<char, 16> names = {"\0main\0missing"};
  std::array<SectionHeader, 2> sections;

  Sample();
  Bytes bytes() const { return AsBytes(*this); }
};

Sample::Sample() : program_headers{}, symbols{}, sections{} {
  program_headers[0] = {.type = kLoadSegment,
                        .flags = kExecuteFlag,
                        .file_offset = 0,
                        .virtual_address = 0x200000,
                        .physical_address = 0x200000,
                        .file_size_bytes = sizeof(Sample),
                        .memory_size_bytes = 0x1000,
                        .alignment = 0x1000};
  program_headers[1] = {.type = kNoteSegment,
                        .flags = 0,
                        .file_offset = offsetof(Sample, note),
                        .virtual_address = 0,
                        .physical_address = 0,
                        .file_size_bytes = sizeof(Xen),
                        .memory_size_bytes = sizeof(Xen),
                        .alignment = 4};
  symbols[1].name = 1;
  symbols[1].section = 1;
  symbols[1].value = 0x200040;
  symbols[2].name = 6;
  sections[0].file_offset = offsetof(Sample, names);
  sections[0].size_bytes = sizeof(names);
  sections[1].type = kSymbolTable;
  sections[1].file_offset = offsetof(Sample, symbols);
  sections[1].size_bytes = sizeof(symbols);
  header.section_header_offset = offsetof(Sample, sections);
}

TEST(ElfImage, ReadsSegments) {
  const Sample sample;

  ASSERT_OK_AND_ASSIGN(const ElfImage image, ElfImage::Parse(sample.bytes()));

  EXPECT_EQ(image.entry(), 0x200040u);
  ASSERT_EQ(image.segments().size(), 2u);
  ASSERT_EQ(image.SegmentsOfType(kLoadSegment).size(), 1u);
  const Segment load = image.SegmentsOfType(kLoadSegment)[0];
  EXPECT_TRUE(load.executable);
  EXPECT_FALSE(load.writable);
  EXPECT_TRUE(load.Contains(0x200fff));
  EXPECT_FALSE(load.Contains(0x201000));
  EXPECT_FALSE(load.Contains(0x1fffff));
}

TEST(ElfImage, ReadsNotes) {
  const Sample sample;
  ASSERT_OK_AND_ASSIGN(const ElfImage image, ElfImage::Parse(sample.bytes()));

  ASSERT_OK_AND_ASSIGN(const auto notes,
                       image.ReadNotes(image.SegmentsOfType(kNoteSegment)[0]));

  ASSERT_EQ(notes.size(), 1u);
  EXPECT_EQ(notes[0].owner, "Xen");
  EXPECT_EQ(notes[0].type, 18u);
  EXPECT_EQ(notes[0].description.size(), 5u);
}

TEST(ElfImage, ReadsSymbols) {
  const Sample sample;
  ASSERT_OK_AND_ASSIGN(const ElfImage image, ElfImage::Parse(sample.bytes()));

  ASSERT_OK_AND_ASSIGN(const auto symbols, image.ReadSymbols());

  ASSERT_EQ(symbols.size(), 2u);
  EXPECT_EQ(symbols[0].name, "main");
  EXPECT_TRUE(symbols[0].is_defined);
  EXPECT_EQ(symbols[0].value, 0x200040u);
  EXPECT_EQ(symbols[1].name, "missing");
  EXPECT_FALSE(symbols[1].is_defined);
}

TEST(ElfImage, RejectsEveryTruncation) {
  const Sample sample;

  for (size_t size = 0; size < sizeof(Sample); ++size) {
    EXPECT_THAT(ElfImage::Parse(sample.bytes().first(size)),
                IsError(ErrorCode::kTruncated))
        << size;
  }
}

TEST(ElfImage, RejectsAnotherKindOfFile) {
  Sample sample;
  sample.header.magic[0] = 0;
  EXPECT_THAT(ElfImage::Parse(sample.bytes()), IsError(ErrorCode::kCorrupt));

  sample = Sample();
  sample.header.machine = 3;
  EXPECT_THAT(ElfImage::Parse(sample.bytes()),
              IsError(ErrorCode::kUnsupported));

  sample = Sample();
  sample.header.program_header_size = 32;
  EXPECT_THAT(ElfImage::Parse(sample.bytes()), IsError(ErrorCode::kCorrupt));
}

TEST(ElfImage, RejectsASegmentLargerThanItsMemory) {
  Sample sample;
  sample.program_headers[0].memory_size_bytes = sizeof(Sample) - 1;

  EXPECT_THAT(ElfImage::Parse(sample.bytes()), IsError(ErrorCode::kCorrupt));
}

TEST(ElfImage, RejectsANoteBeyondItsSegment) {
  Sample sample;
  sample.note.header.description_size = 9;
  ASSERT_OK_AND_ASSIGN(const ElfImage image, ElfImage::Parse(sample.bytes()));

  EXPECT_THAT(image.ReadNotes(image.SegmentsOfType(kNoteSegment)[0]),
              IsError(ErrorCode::kTruncated));
}

TEST(ElfImage, RejectsASymbolWithoutName) {
  Sample sample;
  sample.symbols[2].name = sizeof(sample.names);
  ASSERT_OK_AND_ASSIGN(const ElfImage image, ElfImage::Parse(sample.bytes()));

  EXPECT_THAT(image.ReadSymbols(), IsError(ErrorCode::kTruncated));
}

}  // namespace
}  // namespace flint::elf
