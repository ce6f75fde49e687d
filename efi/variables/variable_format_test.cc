// SPDX-License-Identifier: Apache-2.0
#include "efi/variables/variable_format.h"

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "efi/variables/variable_area.h"
#include "platforms/base/crc32.h"
#include "testing/result_matchers.h"

namespace flint::efi {
namespace {

using flint::testing::IsError;

constexpr Guid kVendor = Guid::Of("8be4df61-93ca-11d2-aa0d-00e098032b8c");
constexpr char16_t kTimeout[] = u"Timeout";
constexpr char16_t kBootOrder[] = u"BootOrder";

// Offsets in the sample below: header, entry, name and data of the first.
constexpr size_t kFirst = sizeof(VariableFileHeader);
constexpr size_t kFirstName = kFirst + sizeof(VariableEntry);

constexpr size_t kSecond = kFirst + 56;

std::vector<std::byte> Sample() {
  std::vector<std::byte> memory(512);
  VariableArea area{MutableBytes(memory)};
  area.Clear();
  EXPECT_TRUE(area.Add({std::as_bytes(std::span(kTimeout)), kVendor},
                       7,
                       AsBytes(std::string_view("\x05\x00", 2))));
  EXPECT_TRUE(area.Add({std::as_bytes(std::span(kBootOrder)), kVendor},
                       3,
                       AsBytes(std::string_view("\x01\x00\x02\x00", 4))));
  const Bytes image = area.Image();
  return {image.begin(), image.end()};
}

void FixChecksum(std::vector<std::byte>& file) {
  const Le32 crc32(Crc32(Bytes(file).subspan(sizeof(VariableFileHeader))));
  ASSERT_OK(WriteWire(
      MutableBytes(file), offsetof(VariableFileHeader, crc32), crc32));
}

TEST(VariableFormat, IsThatOfTheSpecification) {
  const std::vector<std::byte> file = Sample();

  // Written down from the text of the specification, not with our types.
  const std::string_view text = AsText(file);
  EXPECT_EQ(text.substr(0, 8), std::string_view("\0\0\0\0\0\0\0\0", 8));
  EXPECT_EQ(text.substr(8, 8), "UbEfiVa\x01");
  EXPECT_EQ(text.substr(16, 4), std::string_view("\x88\0\0\0", 4));
  EXPECT_EQ(text.substr(24, 16),
            std::string_view("\x02\0\0\0\x07\0\0\0\0\0\0\0\0\0\0\0", 16));
  EXPECT_EQ(text.substr(56, 18),
            std::string_view("T\0i\0m\0e\0o\0u\0t\0\0\0\x05\0", 18));
  EXPECT_EQ(file.size(), 0x88u);
  EXPECT_EQ(Crc32(Bytes(file).subspan(24)), *ReadWire<Le32>(file, 20));
}

TEST(VariableFormat, AcceptsWhatTheAreaMakesAndDropsWhatFollows) {
  std::vector<std::byte> file = Sample();
  const size_t size = file.size();
  file.resize(size + 100, std::byte{0xFF});

  ASSERT_OK_AND_ASSIGN(const Bytes store, CheckVariableFile(file));

  EXPECT_EQ(store.data(), file.data());
  EXPECT_EQ(store.size(), size);
}

TEST(VariableFormat, RefusesEveryTruncation) {
  const std::vector<std::byte> file = Sample();
  for (size_t size = 0; size < file.size(); ++size) {
    EXPECT_THAT(CheckVariableFile(Bytes(file).first(size)),
                IsError(ErrorCode::kTruncated))
        << size;
  }
}

TEST(VariableFormat, RefusesEntriesCutShortInsideAFileWithRightChecksum) {
  const std::vector<std::byte> sample = Sample();
  for (size_t size = kFirst + 1; size < sample.size(); ++size) {
    if (size == kSecond) continue;
    std::vector<std::byte> file(sample.begin(),
                                sample.begin() + static_cast<ptrdiff_t>(size));
    const Le32 length(static_cast<uint32_t>(size));
    ASSERT_OK(WriteWire(
        MutableBytes(file), offsetof(VariableFileHeader, length), length));
    FixChecksum(file);
    EXPECT_FALSE(CheckVariableFile(file)) << size;
  }
}

struct BrokenField {
  const char* what;
  size_t offset;
  uint8_t value;
  ErrorCode code;
};

class BrokenFieldTest : public ::testing::TestWithParam<BrokenField> {};

TEST_P(BrokenFieldTest, IsRefused) {
  std::vector<std::byte> file = Sample();
  file[GetParam().offset] = std::byte{GetParam().value};
  if (GetParam().offset < offsetof(VariableFileHeader, crc32) ||
      GetParam().offset >= kFirst) {
    FixChecksum(file);
  }

  EXPECT_THAT(CheckVariableFile(file), IsError(GetParam().code))
      << GetParam().what;
}

INSTANTIATE_TEST_SUITE_P(
    VariableFormat,
    BrokenFieldTest,
    ::testing::Values(
        BrokenField{"magic", 8, 'u', ErrorCode::kUnsupported},
        BrokenField{"revision", 15, 2, ErrorCode::kUnsupported},
        BrokenField{"length beyond file", 16, 0x91, ErrorCode::kTruncated},
        BrokenField{"length in header", 16, 23, ErrorCode::kCorrupt},
        BrokenField{"checksum", 20, 0x00, ErrorCode::kCorrupt},
        BrokenField{"no data", kFirst, 0, ErrorCode::kCorrupt},
        BrokenField{"huge data", kFirst + 3, 0x80, ErrorCode::kCorrupt},
        BrokenField{"data beyond", kSecond, 200, ErrorCode::kTruncated},
        BrokenField{"volatile", kFirst + 4, 6, ErrorCode::kCorrupt},
        BrokenField{"no access", kFirst + 4, 1, ErrorCode::kCorrupt},
        BrokenField{"no boot access", kFirst + 4, 5, ErrorCode::kCorrupt},
        BrokenField{"authenticated", kFirst + 4, 0x27, ErrorCode::kCorrupt},
        BrokenField{"reserved bit", kFirst + 7, 0x80, ErrorCode::kCorrupt},
        BrokenField{"timestamp", kFirst + 8, 1, ErrorCode::kCorrupt},
        BrokenField{"empty name", kFirstName, 0, ErrorCode::kCorrupt},
        BrokenField{"padding", kSecond - 1, 1, ErrorCode::kCorrupt}));

TEST(VariableFormat, RefusesAVariableThatIsThereTwice) {
  std::vector<std::byte> file = Sample();
  const std::vector<std::byte> first(
      file.begin() + kFirst, file.begin() + static_cast<ptrdiff_t>(kSecond));
  file.insert(file.end(), first.begin(), first.end());
  const Le32 length(static_cast<uint32_t>(file.size()));
  ASSERT_OK(WriteWire(
      MutableBytes(file), offsetof(VariableFileHeader, length), length));
  FixChecksum(file);

  EXPECT_THAT(CheckVariableFile(file), IsError(ErrorCode::kCorrupt));
  // Another vendor's is another variable.
  file[file.size() - first.size() + offsetof(VariableEntry, vendor)] ^=
      std::byte{1};
  FixChecksum(file);
  EXPECT_OK(CheckVariableFile(file));
}

TEST(VariableFormat, RefusesANameLongerThanAnyThatCanBeSet) {
  std::vector<std::byte> memory(4096);
  VariableArea area{MutableBytes(memory)};
  area.Clear();
  std::u16string name(kMaxVariableNameBytes / 2 - 1, u'x');
  const auto key = [&] {
    return VariableKey{std::as_bytes(std::span(name.c_str(), name.size() + 1)),
                       kVendor};
  };
  ASSERT_TRUE(area.Add(key(), 7, AsBytes("x")));
  EXPECT_OK(CheckVariableFile(area.Image()));

  name += u'y';
  ASSERT_TRUE(area.Add(key(), 7, AsBytes("x")));
  EXPECT_THAT(CheckVariableFile(area.Image()), IsError(ErrorCode::kCorrupt));
}

}  // namespace
}  // namespace flint::efi
