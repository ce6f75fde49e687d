// SPDX-License-Identifier: Apache-2.0
#include "platforms/base/case_folding.h"

#include <cstdint>
#include <string>
#include <string_view>

#include "gtest/gtest.h"

namespace flint {
namespace {

std::u16string Fold(std::u16string_view text) {
  std::u16string folded;
  for (const char16_t unit : text) folded.push_back(FoldCase(unit));
  return folded;
}

TEST(FoldCase, FoldsAscii) { EXPECT_EQ(Fold(u"@AZ[`az{09_"), u"@az[`az{09_"); }

TEST(FoldCase, FoldsLatin) {
  EXPECT_EQ(Fold(u"ÀÖ×ØÞß÷ÿŸĀāĲĶĸĹŽž"), u"àö×øþß÷ÿÿāāĳķĸĺžž");
}

TEST(FoldCase, FoldsGreekWithItsFinalSigma) {
  EXPECT_EQ(Fold(u"ΆΑΣσςΩϑ"), u"άασσσωθ");
}

TEST(FoldCase, FoldsCyrillicArmenianAndGeorgian) {
  EXPECT_EQ(Fold(u"ЀЖЯѢԱԲⴀ"), u"ѐжяѣաբⴀ");
}

TEST(FoldCase, FoldsWhatIsFarAway) {
  EXPECT_EQ(Fold(u"\u212a\u212b\u1e9e\u2c6f"), u"k\u00e5\u00df\u0250");
}

TEST(FoldCase, LeavesOthersAlone) {
  EXPECT_EQ(Fold(u"İı漢字\uff5b\ufffd\uffff"), u"İı漢字\uff5b\ufffd\uffff");
  EXPECT_EQ(FoldCase(0xd801), 0xd801);
  EXPECT_EQ(FoldCase(0x80), 0x80);
  EXPECT_EQ(FoldCase(0), 0);
}

TEST(FoldCase, FoldsTheLastRange) { EXPECT_EQ(Fold(u"Ａ Ｚ"), u"ａ ｚ"); }

TEST(FoldCase, IsStable) {
  for (char32_t unit = 0; unit <= 0xffff; ++unit) {
    const char16_t folded = FoldCase(static_cast<char16_t>(unit));
    ASSERT_EQ(FoldCase(folded), folded) << static_cast<uint32_t>(unit);
  }
}

}  // namespace
}  // namespace flint
