// SPDX-License-Identifier: Apache-2.0
#include "efi/runtime/image_format.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "efi/runtime/embedded_image.h"
#include "testing/result_matchers.h"

namespace flint::efi {
namespace {

using flint::testing::IsError;

constexpr uint64_t kPage = abi::EFI_PAGE_SIZE;

std::vector<std::byte> Copy() {
  const Bytes bytes = RuntimeImageBytes();
  return {bytes.begin(), bytes.end()};
}

TEST(RuntimeImage, HasThreePartsAndNoneIsWrittenAndExecuted) {
  ASSERT_OK_AND_ASSIGN(const RuntimeImage image,
                       RuntimeImage::Parse(RuntimeImageBytes()));

  const auto sections = image.sections();

  EXPECT_EQ(sections[0].offset, 0u);
  EXPECT_EQ(sections[0].protections, abi::EFI_MEMORY_RO);
  EXPECT_EQ(sections[1].protections, abi::EFI_MEMORY_RO | abi::EFI_MEMORY_XP);
  EXPECT_EQ(sections[2].protections, abi::EFI_MEMORY_XP);
  uint64_t page_count = 0;
  for (const RuntimeSection& section : sections) {
    EXPECT_EQ(section.offset, page_count * kPage);
    EXPECT_GT(section.page_count, 0u);
    page_count += section.page_count;
  }
  EXPECT_EQ(page_count, image.page_count());
  EXPECT_LE(page_count * kPage, 40u * 1024);
  EXPECT_LT(image.entry(), sections[1].offset);
}

TEST(RuntimeImage, ClearsWhatIsNotInTheFile) {
  ASSERT_OK_AND_ASSIGN(const RuntimeImage image,
                       RuntimeImage::Parse(RuntimeImageBytes()));
  std::vector<std::byte> pages(image.page_count() * kPage, std::byte{0xEE});

  image.CopyTo(pages);

  const size_t size = RuntimeImageBytes().size();
  EXPECT_TRUE(
      std::ranges::equal(Bytes(pages).first(size), RuntimeImageBytes()));
  EXPECT_TRUE(std::ranges::all_of(Bytes(pages).subspan(size), [](std::byte b) {
    return b == std::byte{0};
  }));
}

TEST(RuntimeImage, RefusesFilesCutShort) {
  const std::vector<std::byte> file = Copy();
  for (size_t size = 0; size < file.size(); size += 31) {
    EXPECT_THAT(RuntimeImage::Parse(Bytes(file).first(size)),
                IsError(ErrorCode::kTruncated));
  }
}

TEST(RuntimeImage, RefusesPartsOutOfOrder) {
  using Header = RuntimeImageHeader;
  const auto parse_with = [](size_t offset, uint32_t value) {
    std::vector<std::byte> file = Copy();
    EXPECT_OK(WriteWire(MutableBytes(file), offset, Le32(value)));
    return RuntimeImage::Parse(file);
  };
  const auto corrupt = IsError(ErrorCode::kCorrupt);

  EXPECT_THAT(parse_with(offsetof(Header, magic), 0), corrupt);
  EXPECT_THAT(parse_with(offsetof(Header, entry), 0), corrupt);
  EXPECT_THAT(parse_with(offsetof(Header, entry), 0x10'0000), corrupt);
  EXPECT_THAT(parse_with(offsetof(Header, read_only_data), 0x10'0000), corrupt);
  EXPECT_THAT(parse_with(offsetof(Header, read_only_data), 0x1234), corrupt);
  EXPECT_THAT(parse_with(offsetof(Header, data), 0x1000'0000), corrupt);
  EXPECT_THAT(parse_with(offsetof(Header, memory_end), 0), corrupt);
}

}  // namespace
}  // namespace flint::efi
