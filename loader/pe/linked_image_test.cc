// SPDX-License-Identifier: Apache-2.0

// What our own linker writes.

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "loader/pe/pe_format.h"
#include "loader/pe/pe_image.h"
#include "platforms/base/bytes.h"
#include "platforms/base/endian.h"
#include "testing/result_matchers.h"

namespace flint::pe {
namespace {

using ::testing::IsEmpty;
using ::testing::Not;

constexpr const char* kPath = "testing/efi/hello.efi";

std::string ReadFile(const char* path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

class LinkedImageTest : public ::testing::Test {
 protected:
  LinkedImageTest() : file_(ReadFile(kPath)) {}

  void SetUp() override { ASSERT_THAT(file_, Not(IsEmpty())) << kPath; }

  Bytes bytes() const { return AsBytes(std::string_view(file_)); }

  std::string file_;
};

TEST_F(LinkedImageTest, IsAnApplicationWithSectionsToProtect) {
  ASSERT_OK_AND_ASSIGN(const Image image,
                       Image::Parse(bytes(), Machine::kX86_64));

  EXPECT_EQ(image.subsystem(), Subsystem::kApplication);
  EXPECT_TRUE(image.is_nx_compatible());
  EXPECT_FALSE(image.is_fixed());
  const Section text = image.section(0);
  EXPECT_EQ(text.name, ".text");
  EXPECT_TRUE(text.region.executable);
  EXPECT_FALSE(text.region.writable);
  EXPECT_GE(image.entry_rva(), text.region.rva);
  EXPECT_LT(image.entry_rva(), text.region.end());
}

TEST_F(LinkedImageTest, IsRelocated) {
  ASSERT_OK_AND_ASSIGN(const Image image,
                       Image::Parse(bytes(), Machine::kX86_64));
  ASSERT_GT(image.directory(Directory::kBaseRelocations).size_bytes, 0u);
  std::vector<std::byte> here(image.size_bytes());
  std::vector<std::byte> there(image.size_bytes());
  constexpr uint64_t kDistance = 0x1'0000;

  ASSERT_OK(image.Load(here, image.preferred_address()));
  ASSERT_OK(image.Load(there, image.preferred_address() + kDistance));

  // Every 8 aligned bytes are the same, or an address that moved along.
  size_t moved = 0;
  for (size_t i = 0; i + 8 <= here.size(); i += 8) {
    const uint64_t before = *ReadWire<Le64>(here, i);
    const uint64_t after = *ReadWire<Le64>(there, i);
    if (before == after) continue;
    EXPECT_EQ(after - before, kDistance);
    EXPECT_GE(before, image.preferred_address());
    EXPECT_LT(before, image.preferred_address() + image.size_bytes());
    ++moved;
  }
  EXPECT_GT(moved, 0u);
}

TEST_F(LinkedImageTest, KnowsItsName) {
  ASSERT_OK_AND_ASSIGN(const Image image,
                       Image::Parse(bytes(), Machine::kX86_64));
  std::vector<std::byte> loaded(image.size_bytes());
  ASSERT_OK(image.Load(loaded, image.preferred_address()));

  EXPECT_EQ(image.DebugName(loaded), "hello.pdb");
}

}  // namespace
}  // namespace flint::pe
