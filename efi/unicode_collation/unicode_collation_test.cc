// SPDX-License-Identifier: Apache-2.0
#include "efi/unicode_collation/unicode_collation.h"

#include <array>
#include <string>
#include <string_view>

#include "gtest/gtest.h"

namespace flint::efi {
namespace {

class UnicodeCollationTest : public ::testing::Test {
 protected:
  abi::INTN Compare(std::u16string a, std::u16string b) {
    return protocol_->StriColl(protocol_, a.data(), b.data());
  }
  bool Matches(std::u16string text, std::u16string pattern) {
    return protocol_->MetaiMatch(protocol_, text.data(), pattern.data()) !=
           abi::FALSE;
  }
  std::u16string Lower(std::u16string text) {
    protocol_->StrLwr(protocol_, text.data());
    return text;
  }
  std::u16string Upper(std::u16string text) {
    protocol_->StrUpr(protocol_, text.data());
    return text;
  }
  /// The name in a field of 8, and whether something was substituted.
  std::pair<std::string, bool> ToFat(std::u16string text) {
    std::string field(8, '.');
    const bool substituted =
        protocol_->StrToFat(
            protocol_, text.data(), field.size(), field.data()) != abi::FALSE;
    return {field, substituted};
  }

  UnicodeCollation collation_{UnicodeCollation::Version::kFirst};
  abi::EFI_UNICODE_COLLATION_PROTOCOL* protocol_ = &collation_;
};

TEST_F(UnicodeCollationTest, NamesItsLanguageAsItsVersionDoes) {
  UnicodeCollation second(UnicodeCollation::Version::kSecond);

  EXPECT_STREQ(protocol_->SupportedLanguages, "eng");
  EXPECT_STREQ(second.SupportedLanguages, "en");
  EXPECT_EQ(collation_.guid(), abi::EFI_UNICODE_COLLATION_PROTOCOL_GUID);
  EXPECT_EQ(second.guid(), abi::EFI_UNICODE_COLLATION_PROTOCOL2_GUID);
}

TEST_F(UnicodeCollationTest, ComparesWithoutCase) {
  EXPECT_EQ(Compare(u"", u""), 0);
  EXPECT_EQ(Compare(u"Shell.EFI", u"sHELL.efi"), 0);
  EXPECT_EQ(Compare(u"ÄΩ", u"äω"), 0);
  EXPECT_LT(Compare(u"a", u"B"), 0);
  EXPECT_GT(Compare(u"b", u"A"), 0);
  EXPECT_LT(Compare(u"ab", u"abc"), 0);
  EXPECT_GT(Compare(u"abc", u"ab"), 0);
  EXPECT_GT(Compare(u"\uffff", u"a"), 0);
}

TEST_F(UnicodeCollationTest, MatchesPatterns) {
  EXPECT_TRUE(Matches(u"", u""));
  EXPECT_TRUE(Matches(u"", u"**"));
  EXPECT_TRUE(Matches(u"BOOTX64.EFI", u"*.efi"));
  EXPECT_TRUE(Matches(u"abcabd", u"a*bd"));
  EXPECT_TRUE(Matches(u"fs0:", u"fs?:"));
  EXPECT_TRUE(Matches(u"fs7", u"FS[0-9]"));
  EXPECT_TRUE(Matches(u"x", u"[abx]"));
  EXPECT_TRUE(Matches(u"-", u"[a-]"));
  EXPECT_TRUE(Matches(u"a1b2c3", u"*[a-c][0-3]"));
  EXPECT_FALSE(Matches(u"", u"?"));
  EXPECT_FALSE(Matches(u"abc", u"ab"));
  EXPECT_FALSE(Matches(u"ab", u"abc"));
  EXPECT_FALSE(Matches(u"fsx", u"FS[0-9]"));
  EXPECT_FALSE(Matches(u"a", u"[abc"));
  EXPECT_FALSE(Matches(u"a", u"["));
  EXPECT_FALSE(Matches(u"a", u"[]"));
}

TEST_F(UnicodeCollationTest, MatchesHostilePatternsInTime) {
  std::u16string pattern;
  for (int i = 0; i < 200; ++i) pattern += u"a*";

  EXPECT_FALSE(Matches(std::u16string(2'000, u'a') + u"c", pattern + u"b"));
}

TEST_F(UnicodeCollationTest, ChangesCase) {
  EXPECT_EQ(Lower(u"ABC xyz 1 ÀÞ×ß"), u"abc xyz 1 àþ×ß");
  EXPECT_EQ(Upper(u"ABC xyz 1 àþ÷ß"), u"ABC XYZ 1 ÀÞ÷ß");
}

TEST_F(UnicodeCollationTest, ReadsFatNames) {
  std::array<char16_t, 9> text{};
  text.fill(u'?');
  char name[] = {'A', 'b', '\xE4', 0, 'x'};

  protocol_->FatToStr(protocol_, sizeof(name), name, text.data());
  EXPECT_EQ(std::u16string(text.data()), u"Abä");
  protocol_->FatToStr(protocol_, 2, name, text.data());
  EXPECT_EQ(std::u16string(text.data()), u"Ab");
}

TEST_F(UnicodeCollationTest, MakesFatNames) {
  EXPECT_EQ(ToFat(u"shell"), std::pair(std::string("SHELL..."), false));
  EXPECT_EQ(ToFat(u"a b.c"), std::pair(std::string("ABC....."), false));
  EXPECT_EQ(ToFat(u"longer than 8"), std::pair(std::string("LONGERTH"), false));
  EXPECT_EQ(ToFat(u"a+\u20ac*"), std::pair(std::string("A___...."), true));
}

}  // namespace
}  // namespace flint::efi
