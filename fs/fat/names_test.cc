// SPDX-License-Identifier: Apache-2.0
#include "fs/fat/names.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fs/fat/directory_record.h"
#include "fs/fat/fat_image_builder.h"
#include "gtest/gtest.h"
#include "platforms/base/unicode.h"

namespace flint::fat {
namespace {

DirectoryRecord Record(std::string_view short_name, uint8_t case_flags = 0) {
  DirectoryRecord record{};
  std::ranges::transform(short_name, record.name.begin(), [](char c) {
    return static_cast<uint8_t>(c);
  });
  record.case_flags = case_flags;
  return record;
}

std::string Utf8(const Name& name) {
  std::array<char, Name::kMaxSize * 3> out;
  return std::string(Utf16ToUtf8(name.units(), out).value_or("?"));
}

std::string Decode(std::string_view short_name, uint8_t case_flags = 0) {
  return Utf8(DecodeShortName(Record(short_name, case_flags)));
}

Name NameOf(std::u16string_view text) {
  Name name;
  std::ranges::copy(text, name.storage.begin());
  name.size = text.size();
  return name;
}

TEST(ShortName, IsDecoded) {
  EXPECT_EQ(Decode("README  TXT"), "README.TXT");
  EXPECT_EQ(Decode("VMLINUZ    "), "VMLINUZ");
  EXPECT_EQ(Decode("ABCDEFGHIJK"), "ABCDEFGH.IJK");
  EXPECT_EQ(Decode("A B     C D"), "A B.C D");
  EXPECT_EQ(Decode("           "), "");
}

TEST(ShortName, FollowsTheCaseFlags) {
  EXPECT_EQ(Decode("README  TXT", DirectoryRecord::kBaseIsLowerCase),
            "readme.TXT");
  EXPECT_EQ(Decode("README  TXT", DirectoryRecord::kExtensionIsLowerCase),
            "README.txt");
}

TEST(ShortName, IsCodePage437) {
  EXPECT_EQ(Decode("\x80\x9a\xe1\xff       "),
            "\xc3\x87\xc3\x9c\xc3\x9f\xc2\xa0");
  EXPECT_EQ(Decode("\x9a          ", DirectoryRecord::kBaseIsLowerCase),
            "\xc3\xbc");
}

TEST(ShortName, StartsWithTheDeletionMarkIfItSaysSo) {
  EXPECT_EQ(Decode("\x05"
                   "BC        "),
            "\xcf\x83"
            "BC");
}

TEST(ShortName, HidesWhatWouldUpsetAPathOrConsole) {
  EXPECT_EQ(Decode("A/B\\C\x1b\x7f  \n  "), "A_B_C__. _");
}

TEST(ShortNameChecksum, MatchesOneMadeByWindows) {
  // "The quick brown.fox" of the specification's example. [fat 7.2]
  EXPECT_EQ(ShortNameChecksum(Record("THEQUI~1FOX").name), 0x07);
}

TEST(WantedName, ComparesWithoutCase) {
  const auto wanted = WantedName::Create(
      "Stra\xc3\x9f"
      "e-\xd0\x96.EFI");
  ASSERT_TRUE(wanted.has_value());

  EXPECT_TRUE(wanted->Matches(NameOf(u"sTRAße-ж.efi")));
  EXPECT_FALSE(wanted->Matches(NameOf(u"straße-ж.ef")));
  EXPECT_FALSE(wanted->Matches(NameOf(u"straße-ж.efi2")));
  EXPECT_FALSE(wanted->Matches(NameOf(u"")));
}

TEST(WantedName, KeepsSurrogatePairs) {
  const auto wanted = WantedName::Create("\xf0\x9f\x9a\x80");
  ASSERT_TRUE(wanted.has_value());

  EXPECT_TRUE(wanted->Matches(NameOf(u"\U0001f680")));
  EXPECT_FALSE(wanted->Matches(NameOf(u"\U0001f681")));
}

TEST(WantedName, IgnoresTrailingPeriodsAndSpaces) {
  const auto wanted = WantedName::Create("a.b. .");
  ASSERT_TRUE(wanted.has_value());

  EXPECT_TRUE(wanted->Matches(NameOf(u"A.B")));
}

TEST(WantedName, IsNoneForImpossibleNames) {
  EXPECT_FALSE(WantedName::Create("").has_value());
  EXPECT_FALSE(WantedName::Create("...").has_value());
  EXPECT_FALSE(WantedName::Create("a\xff").has_value());
  EXPECT_TRUE(WantedName::Create(std::string(255, 'a')).has_value());
  EXPECT_FALSE(WantedName::Create(std::string(256, 'a')).has_value());
}

class LongNameTest : public ::testing::Test {
 protected:
  static constexpr std::u16string_view kLong =
      u"A name of more than twenty-six units.conf";

  std::vector<LongNameRecord> Parts(std::u16string_view name = kLong) {
    return MakeLongNameRecords(name, record_.name);
  }

  std::string Assemble(const std::vector<LongNameRecord>& parts) {
    LongNameAssembler assembler;
    for (const LongNameRecord& part : parts) assembler.Add(part);
    return Utf8(assembler.Take(record_));
  }

  DirectoryRecord record_ = Record("ANAMEO~1CON");
};

TEST_F(LongNameTest, IsAssembled) {
  EXPECT_EQ(Parts().size(), 4u);
  EXPECT_EQ(Assemble(Parts()), "A name of more than twenty-six units.conf");
}

TEST_F(LongNameTest, MayFillItsLastPartExactly) {
  EXPECT_EQ(Assemble(Parts(u"exactly13.txt")), "exactly13.txt");
}

TEST_F(LongNameTest, MayHave255Units) {
  EXPECT_EQ(Assemble(Parts(std::u16string(255, u'x'))), std::string(255, 'x'));
}

TEST_F(LongNameTest, MayNotHave256Units) {
  EXPECT_EQ(Assemble(Parts(std::u16string(256, u'x'))), "");
}

TEST_F(LongNameTest, IsDroppedIfAPartIsMissing) {
  for (size_t missing = 0; missing < 4; ++missing) {
    std::vector<LongNameRecord> parts = Parts();
    parts.erase(parts.begin() + static_cast<ptrdiff_t>(missing));

    EXPECT_EQ(Assemble(parts), "") << missing;
  }
}

TEST_F(LongNameTest, IsDroppedIfPartsAreOutOfOrder) {
  std::vector<LongNameRecord> parts = Parts();
  std::swap(parts[1], parts[2]);

  EXPECT_EQ(Assemble(parts), "");
}

TEST_F(LongNameTest, IsDroppedIfItBelongsToAnotherFile) {
  const std::vector<LongNameRecord> parts = Parts();
  record_ = Record("OTHER   CON");

  EXPECT_EQ(Assemble(parts), "");
}

TEST_F(LongNameTest, IsDroppedIfOnePartBelongsToAnotherFile) {
  std::vector<LongNameRecord> parts = Parts();
  parts[2].checksum ^= 1;

  EXPECT_EQ(Assemble(parts), "");
}

TEST_F(LongNameTest, IsDroppedIfItsNumbersAreImpossible) {
  for (const int sequence : {0x40, 0x55, 0x7f, 0xc4, 0x04, 0x00}) {
    std::vector<LongNameRecord> parts = Parts();
    parts[0].sequence = static_cast<uint8_t>(sequence);

    EXPECT_EQ(Assemble(parts), "") << sequence;
  }
}

TEST_F(LongNameTest, IsDroppedIfItsTypeIsUnknown) {
  std::vector<LongNameRecord> parts = Parts();
  parts[0].type = 1;

  EXPECT_EQ(Assemble(parts), "");
}

TEST_F(LongNameTest, IsDroppedIfItWouldUpsetAPathOrConsole) {
  EXPECT_EQ(Assemble(Parts(u"../etc")), "");
  EXPECT_EQ(Assemble(Parts(u"a\\b")), "");
  EXPECT_EQ(Assemble(Parts(u"a\x1b[2J")), "");
}

TEST_F(LongNameTest, IsTakenOnce) {
  LongNameAssembler assembler;
  for (const LongNameRecord& part : Parts()) assembler.Add(part);
  EXPECT_FALSE(assembler.Take(record_).empty());

  EXPECT_TRUE(assembler.Take(record_).empty());
}

TEST_F(LongNameTest, StartsAnewAfterRemains) {
  std::vector<LongNameRecord> parts = Parts(u"remains of another name");
  parts.pop_back();
  const std::vector<LongNameRecord> good = Parts();
  parts.insert(parts.end(), good.begin(), good.end());

  EXPECT_EQ(Assemble(parts), "A name of more than twenty-six units.conf");
}

}  // namespace
}  // namespace flint::fat
