// SPDX-License-Identifier: Apache-2.0

// What is no image, or wants to be a bad one.

#include <array>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "loader/pe/pe_builder.h"
#include "loader/pe/pe_image.h"
#include "testing/result_matchers.h"

namespace flint::pe {
namespace {

using ::flint::testing::IsError;
using ::flint::testing::IsOk;

Result<Image> Parse(const std::vector<std::byte>& file) {
  return Image::Parse(file, Machine::kX86_64);
}

Error FailureOf(const ImageBuilder& builder) {
  const std::vector<std::byte> file = builder.Build();
  const auto image = Parse(file);
  EXPECT_FALSE(image.has_value());
  return image ? Error(ErrorCode::kNotFound, "no failure") : image.error();
}

TEST(PeImage, RefusesWhatIsNotPe) {
  std::vector<std::byte> file = ImageBuilder::Application().Build();
  file[0] = std::byte{'Z'};

  EXPECT_THAT(Parse(file), IsError(ErrorCode::kCorrupt));
}

TEST(PeImage, RefusesAWrongSignature) {
  std::vector<std::byte> file = ImageBuilder::Application().Build();
  file[64] = std::byte{'N'};

  EXPECT_THAT(Parse(file), IsError(ErrorCode::kCorrupt));
}

TEST(PeImage, RefusesHeadersBeyondTheFile) {
  std::vector<std::byte> file = ImageBuilder::Application().Build();
  file[0x3f] = std::byte{0xff};

  EXPECT_THAT(Parse(file), IsError(ErrorCode::kTruncated));
}

TEST(PeImage, RefusesAnotherProcessor) {
  ImageBuilder builder = ImageBuilder::Application();
  builder.machine = static_cast<uint16_t>(Machine::kAarch64);
  const std::vector<std::byte> file = builder.Build();

  EXPECT_THAT(Parse(file), IsError(ErrorCode::kUnsupported));
  EXPECT_THAT(Image::Parse(file, Machine::kAarch64), IsOk());
}

TEST(PeImage, Refuses32BitImages) {
  std::vector<std::byte> file = ImageBuilder::Application().Build();
  file[64 + sizeof(FileHeader) + 1] = std::byte{0x01};

  EXPECT_THAT(Parse(file), IsError(ErrorCode::kUnsupported));
}

TEST(PeImage, RefusesAnUnknownOptionalHeader) {
  std::vector<std::byte> file = ImageBuilder::Application().Build();
  file[64 + sizeof(FileHeader)] = std::byte{0x07};

  EXPECT_THAT(Parse(file), IsError(ErrorCode::kCorrupt));
}

TEST(PeImage, RefusesASmallOptionalHeader) {
  std::vector<std::byte> file = ImageBuilder::Application().Build();
  file[64 + 20] = std::byte{0x6f};
  file[64 + 21] = std::byte{0};

  EXPECT_THAT(Parse(file), IsError(ErrorCode::kCorrupt));
}

TEST(PeImage, RefusesOtherSubsystems) {
  ImageBuilder builder = ImageBuilder::Application();
  for (const uint16_t subsystem :
       std::to_array<uint16_t>({0, 1, 2, 3, 9, 13, 14})) {
    builder.subsystem = subsystem;
    EXPECT_EQ(FailureOf(builder).code(), ErrorCode::kUnsupported) << subsystem;
  }
  for (const uint16_t subsystem : std::to_array<uint16_t>({10, 11, 12})) {
    builder.subsystem = subsystem;
    EXPECT_THAT(Parse(builder.Build()), IsOk()) << subsystem;
  }
}

TEST(PeImage, RefusesAnEntryPointOutside) {
  ImageBuilder builder = ImageBuilder::Application();
  for (const uint32_t entry : {0u, 0x4000u, 0xffff'ffffu}) {
    builder.entry_rva = entry;
    EXPECT_EQ(FailureOf(builder).code(), ErrorCode::kCorrupt) << entry;
  }
}

TEST(PeImage, RefusesHeaderSizesThatContradict) {
  ImageBuilder builder = ImageBuilder::Application();
  builder.headers_size = 0x100;  // ends before the section table does
  EXPECT_EQ(FailureOf(builder).code(), ErrorCode::kCorrupt);

  builder = ImageBuilder::Application();
  builder.headers_size = 0x5000;  // larger than the image
  EXPECT_EQ(FailureOf(builder).code(), ErrorCode::kCorrupt);
}

TEST(PeImage, RefusesAnOddSectionAlignment) {
  ImageBuilder builder = ImageBuilder::Application();
  builder.section_alignment = 0x3000;

  EXPECT_EQ(FailureOf(builder).code(), ErrorCode::kCorrupt);
}

TEST(PeImage, RefusesASectionBeyondTheImage) {
  ImageBuilder builder = ImageBuilder::Application();
  builder.sections[0].virtual_size = 0x3001;
  EXPECT_EQ(FailureOf(builder).code(), ErrorCode::kCorrupt);

  builder.sections[0].virtual_size = 0x3000;
  EXPECT_THAT(Parse(builder.Build()), IsOk());

  builder.sections[0].rva = 0xffff'ffff;  // the sum exceeds 32 bits
  EXPECT_EQ(FailureOf(builder).code(), ErrorCode::kCorrupt);
}

TEST(PeImage, RefusesASectionBeyondTheFile) {
  ImageBuilder builder = ImageBuilder::Application();
  builder.sections[0].virtual_size = 0x1000;
  builder.sections[0].file_size = 4;
  EXPECT_EQ(FailureOf(builder).code(), ErrorCode::kTruncated);

  builder.sections[0].file_size = 3;
  builder.sections[0].file_offset = 0x401;
  std::vector<std::byte> file = builder.Build();
  EXPECT_THAT(Parse(file), IsOk());
  file.pop_back();
  EXPECT_THAT(Parse(file), IsError(ErrorCode::kTruncated));
}

TEST(PeImage, RefusesASectionOverTheHeaders) {
  ImageBuilder builder = ImageBuilder::Application();
  builder.sections[0].rva = 0x3ff;

  EXPECT_EQ(FailureOf(builder).code(), ErrorCode::kCorrupt);
}

TEST(PeImage, RefusesOverlappingSections) {
  ImageBuilder builder = ImageBuilder::Application();
  builder.sections.push_back(
      {.name = ".a", .rva = 0x2000, .virtual_size = 0x20, .content = {}});
  builder.sections.push_back(
      {.name = ".b", .rva = 0x201f, .virtual_size = 0x20, .content = {}});
  EXPECT_EQ(FailureOf(builder).code(), ErrorCode::kCorrupt);

  builder.sections[2].rva = 0x1fe1;  // and in descending order
  EXPECT_EQ(FailureOf(builder).code(), ErrorCode::kCorrupt);

  builder.sections[2].rva = 0x1fe0;
  EXPECT_THAT(Parse(builder.Build()), IsOk());
}

TEST(PeImage, RefusesVeryManySectionsOutOfOrder) {
  ImageBuilder builder;
  builder.headers_size = 0xc000;
  builder.image_size = 0x10'0000;
  for (uint32_t i = 0; i < 1025; ++i) {
    builder.sections.push_back({.name = ".many",
                                .rva = 0x4'0000 - i * 0x20,
                                .virtual_size = 0x20,
                                .content = {}});
  }

  EXPECT_EQ(FailureOf(builder).code(), ErrorCode::kUnsupported);
}

TEST(PeImage, FailsCleanlyWhereverItIsTruncated) {
  ImageBuilder builder = ImageBuilder::Application();
  builder.AddRelocations(0x2000, RelocationBlockOf(0x1000, {0}));
  const std::vector<std::byte> whole = builder.Build();

  for (size_t size = 0; size < whole.size(); ++size) {
    // An allocation of its own, so that a sanitizer sees reads beyond it.
    const std::vector<std::byte> file(whole.begin(),
                                      whole.begin() + ptrdiff_t(size));
    EXPECT_THAT(Parse(file), IsError(ErrorCode::kTruncated)) << size;
  }
}

}  // namespace
}  // namespace flint::pe
