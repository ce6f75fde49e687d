// SPDX-License-Identifier: Apache-2.0
#include "loader/pe/pe_image.h"

#include <array>
#include <cstring>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "loader/pe/pe_builder.h"
#include "testing/result_matchers.h"

namespace flint::pe {
namespace {

using ::flint::testing::IsError;
using ::flint::testing::IsOk;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAreArray;
using ::testing::Field;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr uint64_t kAddress = 0x20'0000;

Result<Image> Parse(const std::vector<std::byte>& file) {
  return Image::Parse(file, Machine::kX86_64);
}

/// The image loaded at kAddress, over garbage.
std::vector<std::byte> Load(const ImageBuilder& builder,
                            uint64_t address = kAddress) {
  const std::vector<std::byte> file = builder.Build();
  const auto image = Parse(file);
  EXPECT_THAT(image, IsOk());
  if (!image) return {};
  std::vector<std::byte> loaded(image->size_bytes(), std::byte{0xa5});
  EXPECT_THAT(image->Load(loaded, address), IsOk());
  return loaded;
}

Bytes Part(const std::vector<std::byte>& loaded, size_t offset, size_t size) {
  return Bytes(loaded).subspan(offset, size);
}

constexpr std::byte kZero{0};

TEST(PeImage, DescribesAnApplication) {
  ImageBuilder builder = ImageBuilder::Application();
  builder.dll_characteristics = OptionalHeader::kNxCompatible;
  const std::vector<std::byte> file = builder.Build();

  ASSERT_OK_AND_ASSIGN(const Image image, Parse(file));

  EXPECT_EQ(image.size_bytes(), 0x4000u);
  EXPECT_EQ(image.entry_rva(), 0x1000u);
  EXPECT_EQ(image.preferred_address(), 0x1'4000'0000u);
  EXPECT_EQ(image.alignment_bytes(), 0x1000u);
  EXPECT_EQ(image.subsystem(), Subsystem::kApplication);
  EXPECT_TRUE(image.is_nx_compatible());
  EXPECT_FALSE(image.is_fixed());
  ASSERT_EQ(image.section_count(), 1u);
  EXPECT_EQ(image.section(0).name, ".text");
  EXPECT_THAT(image.section(0).region,
              AllOf(Field(&Region::rva, 0x1000u),
                    Field(&Region::size_bytes, 3u),
                    Field(&Region::readable, true),
                    Field(&Region::writable, false),
                    Field(&Region::executable, true)));
  EXPECT_EQ(image.header_region().size_bytes, 0x400u);
}

TEST(PeImage, NeedsOnlyTheHeadUntilItIsLoaded) {
  const std::vector<std::byte> file = ImageBuilder::Application().Build();
  const Bytes head = Bytes(file).first(0x400);
  MemorySource source(file);

  ASSERT_OK_AND_ASSIGN(const Image image,
                       Image::Parse(head, file.size(), Machine::kX86_64));

  std::vector<std::byte> loaded(image.size_bytes(), std::byte{0xa5});
  ASSERT_OK(image.Load(source, loaded, kAddress));
  EXPECT_THAT(loaded, ElementsAreArray(Load(ImageBuilder::Application())));
  EXPECT_THAT(image.Load(loaded, kAddress), IsError(ErrorCode::kTruncated));
  EXPECT_THAT(Image::Parse(head.first(0x3ff), file.size(), Machine::kX86_64),
              IsError(ErrorCode::kTruncated));
}

TEST(PeImage, LoadsHeadersSectionsAndZeros) {
  ImageBuilder builder = ImageBuilder::Application();
  builder.sections.push_back({.name = ".data",
                              .rva = 0x2000,
                              .virtual_size = 0x10,
                              .content = BytesOf({1, 2, 3, 4})});

  const std::vector<std::byte> loaded = Load(builder);

  ASSERT_THAT(loaded, SizeIs(0x4000));
  EXPECT_THAT(Part(loaded, 0, 2), ElementsAreArray(BytesOf({'M', 'Z'})));
  EXPECT_THAT(Part(loaded, 0x400, 0xc00), Each(kZero));
  EXPECT_THAT(Part(loaded, 0x1000, 3),
              ElementsAreArray(BytesOf({0x31, 0xc0, 0xc3})));
  EXPECT_THAT(Part(loaded, 0x1003, 0xffd), Each(kZero));
  EXPECT_THAT(Part(loaded, 0x2000, 4), ElementsAreArray(BytesOf({1, 2, 3, 4})));
  EXPECT_THAT(Part(loaded, 0x2004, 0x1ffc), Each(kZero));
}

TEST(PeImage, LoadsOnlyTheVirtualSizeOfAPaddedSection) {
  ImageBuilder builder = ImageBuilder::Application();
  builder.sections.push_back({.name = ".data",
                              .rva = 0x2000,
                              .virtual_size = 2,
                              .content = BytesOf({1, 2, 3, 4})});

  const std::vector<std::byte> loaded = Load(builder);

  EXPECT_THAT(Part(loaded, 0x2000, 4), ElementsAreArray(BytesOf({1, 2, 0, 0})));
}

TEST(PeImage, TakesTheFileSizeWhenTheVirtualSizeIsZero) {
  ImageBuilder builder = ImageBuilder::Application();
  builder.sections.push_back({.name = ".data",
                              .rva = 0x2000,
                              .virtual_size = 0,
                              .content = BytesOf({1, 2, 3, 4})});

  const std::vector<std::byte> loaded = Load(builder);

  EXPECT_THAT(Part(loaded, 0x2000, 4), ElementsAreArray(BytesOf({1, 2, 3, 4})));
}

TEST(PeImage, LoadsASectionWithoutBytesInTheFileAsZeros) {
  ImageBuilder builder = ImageBuilder::Application();
  builder.sections.push_back({.name = ".bss",
                              .rva = 0x2000,
                              .virtual_size = 0x2000,
                              .content = {},
                              .file_offset = 0xffff'ff00});

  const std::vector<std::byte> loaded = Load(builder);

  EXPECT_THAT(Part(loaded, 0x2000, 0x2000), Each(kZero));
}

TEST(PeImage, IgnoresAnEmptySectionWhereverItIs) {
  ImageBuilder builder = ImageBuilder::Application();
  builder.sections.push_back(
      {.name = ".empty", .rva = 0xffff'0000, .virtual_size = 0, .content = {}});

  EXPECT_THAT(Load(builder), SizeIs(0x4000));
}

TEST(PeImage, LoadsSectionsFromAnyFileOffset) {
  ImageBuilder builder = ImageBuilder::Application();
  builder.section_alignment = 0x20;
  builder.file_alignment = 0x20;
  builder.sections.push_back({.name = ".setup",
                              .rva = 0x2020,
                              .virtual_size = 3,
                              .content = BytesOf({7, 8, 9}),
                              .file_offset = 0x813});

  const std::vector<std::byte> loaded = Load(builder);

  EXPECT_THAT(Part(loaded, 0x2020, 3), ElementsAreArray(BytesOf({7, 8, 9})));
}

TEST(PeImage, LoadsSectionsInAnyOrder) {
  ImageBuilder builder;
  builder.entry_rva = 0x3000;
  for (const uint32_t rva : {0x3000u, 0x1000u, 0x2000u}) {
    builder.sections.push_back({.name = ".any",
                                .rva = rva,
                                .virtual_size = 0x10,
                                .content = BytesOf({uint8_t(rva >> 12)})});
  }

  const std::vector<std::byte> loaded = Load(builder);

  for (const size_t page : {1u, 2u, 3u}) {
    EXPECT_EQ(loaded[page << 12], std::byte(page));
    EXPECT_THAT(Part(loaded, (page << 12) + 1, 0xfff), Each(kZero));
  }
}

TEST(PeImage, LoadsAThousandSections) {
  ImageBuilder builder;
  builder.headers_size = 0xb000;
  builder.image_size = 0x10'0000;
  builder.entry_rva = 0x1'0000;
  for (uint32_t i = 0; i < 1000; ++i) {
    builder.sections.push_back({.name = ".many",
                                .rva = 0x1'0000 + i * 0x20,
                                .virtual_size = 0x20,
                                .content = BytesOf({uint8_t(i), 0x5a})});
  }

  const std::vector<std::byte> loaded = Load(builder);

  EXPECT_EQ(loaded[0x1'0000 + 999 * 0x20], std::byte(999 & 0xff));
  EXPECT_EQ(loaded[0x1'0000 + 999 * 0x20 + 1], std::byte{0x5a});
}

TEST(PeImage, FindsHeadersAtAnyOffset) {
  ImageBuilder builder = ImageBuilder::Application();
  builder.pe_offset = 0x7f3;
  builder.headers_size = 0x1000;

  EXPECT_THAT(Load(builder), SizeIs(0x4000));
}

TEST(PeImage, NeedsNoDataDirectories) {
  ImageBuilder builder = ImageBuilder::Application();
  builder.directory_count = 0;
  const std::vector<std::byte> file = builder.Build();

  ASSERT_OK_AND_ASSIGN(const Image image, Parse(file));

  EXPECT_EQ(image.directory(Directory::kBaseRelocations).size_bytes, 0u);
  EXPECT_EQ(image.certificate_directory_field().size_bytes, 0u);
}

TEST(PeImage, LoadsAFixedImageOnlyWhereItWasLinked) {
  ImageBuilder builder = ImageBuilder::Application();
  builder.characteristics |= FileHeader::kRelocationsStripped;
  const std::vector<std::byte> file = builder.Build();
  ASSERT_OK_AND_ASSIGN(const Image image, Parse(file));
  std::vector<std::byte> loaded(image.size_bytes());

  EXPECT_TRUE(image.is_fixed());
  EXPECT_THAT(image.Load(loaded, kAddress), IsError(ErrorCode::kUnsupported));
  EXPECT_THAT(image.Load(loaded, image.preferred_address()), IsOk());
}

TEST(PeImage, LoadsOnlyAtAlignedAddressesIntoTheRightSize) {
  ImageBuilder builder = ImageBuilder::Application();
  builder.section_alignment = 0x1'0000;
  builder.sections[0].rva = 0x1000;
  const std::vector<std::byte> file = builder.Build();
  ASSERT_OK_AND_ASSIGN(const Image image, Parse(file));
  std::vector<std::byte> loaded(image.size_bytes());

  EXPECT_EQ(image.alignment_bytes(), 0x1'0000u);
  EXPECT_THAT(image.Load(loaded, 0x20'8000),
              IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(image.Load(MutableBytes(loaded).first(0x3fff), kAddress),
              IsError(ErrorCode::kInvalidArgument));
}

TEST(PeImage, RelocatesOnLoad) {
  ImageBuilder builder = ImageBuilder::Application();
  builder.sections.push_back(
      {.name = ".data",
       .rva = 0x2000,
       .virtual_size = 8,
       .content = BytesOf({0x34, 0x12, 0, 0x40, 1, 0, 0, 0})});
  builder.AddRelocations(
      0x3000,
      RelocationBlockOf(0x2000, {RelocationEntry(RelocationType::kDir64, 0)}));

  const std::vector<std::byte> loaded = Load(builder, 0x7000);

  EXPECT_THAT(Part(loaded, 0x2000, 8),
              ElementsAreArray(BytesOf({0x34, 0x82, 0, 0, 0, 0, 0, 0})));
}

TEST(PeImage, LeavesPositionIndependentImagesAlone) {
  ImageBuilder builder = ImageBuilder::Application();
  builder.image_base = 0;

  const std::vector<std::byte> loaded = Load(builder, 0x1234'5000);

  EXPECT_THAT(Part(loaded, 0x1000, 3),
              ElementsAreArray(BytesOf({0x31, 0xc0, 0xc3})));
}

TEST(PeImage, PromisesProtectionOnlyWhenNoPageIsShared) {
  ImageBuilder builder = ImageBuilder::Application();
  EXPECT_FALSE(Parse(builder.Build())->is_nx_compatible());

  builder.dll_characteristics = OptionalHeader::kNxCompatible;
  EXPECT_TRUE(Parse(builder.Build())->is_nx_compatible());

  builder.sections.push_back(
      {.name = ".data", .rva = 0x1800, .virtual_size = 1, .content = {}});
  EXPECT_FALSE(Parse(builder.Build())->is_nx_compatible());
}

TEST(PeImage, FindsCertificates) {
  ImageBuilder builder = ImageBuilder::Application();
  std::vector<std::byte> file = builder.Build();
  builder.directory(Directory::kCertificates) = {
      .rva = static_cast<uint32_t>(file.size()), .size_bytes = 0x20};
  file = builder.Build();
  const size_t signed_size = file.size();
  file.resize(signed_size + 0x20);

  ASSERT_OK_AND_ASSIGN(const Image image, Parse(file));
  ASSERT_OK_AND_ASSIGN(const FileRange range, image.certificates());
  EXPECT_EQ(range.offset, signed_size);
  EXPECT_EQ(range.size_bytes, 0x20u);
  EXPECT_EQ(image.checksum_field().offset, 64 + 24 + 64u);
  EXPECT_EQ(image.checksum_field().size_bytes, 4u);
  EXPECT_EQ(image.certificate_directory_field().offset, 64 + 24 + 112 + 32u);
  EXPECT_EQ(image.certificate_directory_field().size_bytes, 8u);

  file.pop_back();
  ASSERT_OK_AND_ASSIGN(const Image cut, Parse(file));
  EXPECT_THAT(cut.certificates(), IsError(ErrorCode::kTruncated));
}

/// A debug section with one entry of some other kind and one that is CodeView.
std::vector<std::byte> DebugSection(uint32_t record_size) {
  std::vector<std::byte> bytes(2 * sizeof(DebugDirectoryEntry) + 64);
  DebugDirectoryEntry entry{};
  entry.type = 16;
  std::memcpy(bytes.data(), &entry, sizeof(entry));
  entry.type = DebugDirectoryEntry::kCodeView;
  entry.rva = 0x2000 + 2 * sizeof(entry);
  entry.size_bytes = record_size;
  std::memcpy(bytes.data() + sizeof(entry), &entry, sizeof(entry));
  CodeViewHeader header{};
  header.signature = CodeViewHeader::kSignature;
  std::memcpy(bytes.data() + 2 * sizeof(entry), &header, sizeof(header));
  const Bytes name = AsBytes(std::string_view("shimx64.pdb"));
  std::memcpy(bytes.data() + 2 * sizeof(entry) + sizeof(header),
              name.data(),
              name.size());
  return bytes;
}

TEST(PeImage, NamesItself) {
  ImageBuilder builder = ImageBuilder::Application();
  builder.sections.push_back({.name = ".rdata",
                              .rva = 0x2000,
                              .virtual_size = 0x100,
                              .content = DebugSection(24 + 12)});
  builder.directory(Directory::kDebug) = {
      .rva = 0x2000, .size_bytes = 2 * sizeof(DebugDirectoryEntry)};
  const std::vector<std::byte> file = builder.Build();
  const std::vector<std::byte> loaded = Load(builder);

  ASSERT_OK_AND_ASSIGN(const Image image, Parse(file));
  EXPECT_EQ(image.DebugName(loaded), "shimx64.pdb");
}

TEST(PeImage, HasNoNameWhenTheDebugDirectoryIsBroken) {
  ImageBuilder builder = ImageBuilder::Application();
  builder.sections.push_back({.name = ".rdata",
                              .rva = 0x2000,
                              .virtual_size = 0x100,
                              .content = DebugSection(0xffff'ffff)});
  builder.directory(Directory::kDebug) = {
      .rva = 0x2000, .size_bytes = 2 * sizeof(DebugDirectoryEntry)};
  const std::vector<std::byte> file = builder.Build();
  const std::vector<std::byte> loaded = Load(builder);

  ASSERT_OK_AND_ASSIGN(const Image image, Parse(file));
  EXPECT_THAT(image.DebugName(loaded), IsEmpty());
}

}  // namespace
}  // namespace flint::pe
