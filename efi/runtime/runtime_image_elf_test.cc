// SPDX-License-Identifier: Apache-2.0

// The program before it is made flat: that it stands by itself.

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "platforms/base/bytes.h"
#include "testing/elf/elf_image.h"
#include "testing/result_matchers.h"

namespace flint::efi {
namespace {

class RuntimeImageElfTest : public ::testing::Test {
 protected:
  RuntimeImageElfTest() {
    std::ifstream stream("efi/runtime/runtime_image.debug.elf",
                         std::ios::binary);
    file.assign(std::istreambuf_iterator<char>(stream), {});
  }

  std::string file;
};

TEST_F(RuntimeImageElfTest, RefersToNothingOutside) {
  ASSERT_OK_AND_ASSIGN(const elf::ElfImage image,
                       elf::ElfImage::Parse(AsBytes(file)));
  ASSERT_OK_AND_ASSIGN(const std::vector<elf::Symbol> symbols,
                       image.ReadSymbols());

  EXPECT_GT(symbols.size(), 50u) << "not stripped";
  for (const elf::Symbol& symbol : symbols) {
    EXPECT_TRUE(symbol.is_defined) << symbol.name;
  }
}

TEST_F(RuntimeImageElfTest, IsSmallAndNowhereWritableAndExecutable) {
  ASSERT_OK_AND_ASSIGN(const elf::ElfImage image,
                       elf::ElfImage::Parse(AsBytes(file)));

  uint64_t end = 0;
  for (const elf::Segment& segment : image.segments()) {
    EXPECT_EQ(segment.type, elf::kLoadSegment) << "nothing for a loader to do";
    EXPECT_FALSE(segment.writable && segment.executable);
    EXPECT_EQ(segment.virtual_address % 4096, 0u);
    end = segment.virtual_address + segment.memory_size_bytes;
  }
  EXPECT_EQ(image.segments().size(), 3u);
  EXPECT_LE(end, 40u * 1024);
}

}  // namespace
}  // namespace flint::efi
