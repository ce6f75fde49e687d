// SPDX-License-Identifier: Apache-2.0
// Strings that are added and replaced.

#include <array>
#include <string>
#include <vector>

#include "efi/environment/host_environment.h"
#include "efi/hii/fake_packages.h"
#include "efi/hii/hii_database.h"
#include "efi/hii/hii_string_fixture.h"
#include "gtest/gtest.h"

namespace flint::efi {
namespace {

using namespace abi;  // NOLINT(google-build-using-namespace)
using hii::FakePackage;
using hii::FakePackageList;
using hii::FakeStringPackage;
using hii::Ucs2;
using hii::Ucs2Block;
using std::string_literals::operator""s;

using HiiStringChangeTest = HiiStringTest;

TEST_F(HiiStringChangeTest, SetsOneStringAndLeavesTheOthers) {
  const std::vector<std::u16string> before = GetAll(NewOfAll());
  for (EFI_STRING_ID id = 1; id <= 13; ++id) {
    const EFI_HII_HANDLE handle = NewOfAll();

    ASSERT_EQ(Set(handle, id, u"new text"), EFI_SUCCESS) << id;

    std::vector<std::u16string> expected = before;
    expected[id] = u"new text";
    if (id == 6) expected[11] = u"new text";  // what stands for it
    EXPECT_EQ(GetAll(handle), expected) << id;
  }
  const EFI_HII_HANDLE handle = NewOfAll();
  EXPECT_EQ(Set(handle, 0, u"new text"), EFI_NOT_FOUND);
  EXPECT_EQ(Set(handle, 14, u"new text"), EFI_NOT_FOUND);
  EXPECT_EQ(Set(handle, 1, u"new text", "de"), EFI_NOT_FOUND);
}

TEST_F(HiiStringChangeTest, KeepsOrSetsTheFont) {
  const EFI_HII_HANDLE handle = NewOfAll();
  const Font font;

  EXPECT_EQ(Set(handle, 9, u"new text"), EFI_SUCCESS);
  EXPECT_EQ(FontOf(handle, 9), u"1 t XY");
  EXPECT_EQ(Set(handle, 9, u"new text", "en-US", &font.info), EFI_SUCCESS);
  EXPECT_EQ(FontOf(handle, 9), u"1 t ABC");
  EXPECT_EQ(FontOf(handle, 2), u"1 t XY");
  // One that is there already is not defined again.
  UINTN size = 0;
  static_cast<void>(database_.Export(handle, &size, nullptr));
  const UINTN before = size;
  EXPECT_EQ(Set(handle, 9, u"new text", "en-US", &font.info), EFI_SUCCESS);
  size = 0;
  static_cast<void>(database_.Export(handle, &size, nullptr));
  EXPECT_EQ(size, before);
}

TEST_F(HiiStringChangeTest, AddsStringsForAllLanguages) {
  const EFI_HII_HANDLE handle =
      New({FakeStringPackage("en-US", {Ucs2Block(u"yes")}),
           FakeStringPackage("fr-FR", {Ucs2Block(u"oui"), Ucs2Block(u"non")})});

  EXPECT_EQ(Add(handle, u"maybe"), 3);
  EXPECT_EQ(Get(handle, 3), u"maybe");
  EXPECT_EQ(Get(handle, 2), u"(other language)");
  EXPECT_EQ(Get(handle, 3, "fr-FR"), u"(other language)");
  EXPECT_EQ(Set(handle, 3, u"peut-être", "fr-FR"), EFI_SUCCESS);
  EXPECT_EQ(Get(handle, 3, "fr-FR"), u"peut-être");
  EXPECT_EQ(Get(handle, 2, "fr-FR"), u"non");
  EXPECT_EQ(Set(handle, 2, u"no"), EFI_SUCCESS);
  EXPECT_EQ(Get(handle, 2), u"no");
  EXPECT_EQ(Get(handle, 3), u"maybe");
  const Font font;
  EXPECT_EQ(Add(handle, u"written", "en-US", nullptr, &font.info), 4);
  EXPECT_EQ(FontOf(handle, 4), u"1 t ABC");
}

TEST_F(HiiStringChangeTest, AddsALanguageWithItsName) {
  const EFI_HII_HANDLE handle = NewBlocks({Ucs2Block(u"yes")});

  EXPECT_EQ(Add(handle, u"ja", "de-DE", u"Deutsch"), 2);

  EXPECT_EQ(Languages(handle), "en-US;de-DE");
  EXPECT_EQ(Get(handle, 2, "de-DE"), u"ja");
  EXPECT_EQ(Get(handle, 3, "de-DE"), u"Deutsch");
  EXPECT_EQ(Get(handle, 1, "de-DE"), u"(other language)");
  // It has a name now.
  EXPECT_EQ(Add(handle, u"nein", "de-DE", u"Allemand"), 4);
  EXPECT_EQ(Get(handle, 5, "de-DE"), u"(not found)");
  UINTN size = 0;
  EXPECT_EQ(database_.Export(handle, &size, nullptr), EFI_BUFFER_TOO_SMALL);
  std::string exported(size, '?');
  EXPECT_EQ(database_.Export(handle, &size, exported.data()), EFI_SUCCESS);
  const size_t language = exported.find("de-DE");
  EXPECT_EQ(exported.substr(language - 2, 2), "\x03\0"s);
}

TEST_F(HiiStringChangeTest, AddsNoMoreThanThereAreIdentifiers) {
  const EFI_HII_HANDLE handle = NewBlocks({"\x21\xFE\xFF"s});
  EFI_STRING_ID id = 7;

  EXPECT_EQ(protocol_->NewString(
                protocol_, handle, &id, "en-US", u"Name", u"text", nullptr),
            EFI_OUT_OF_RESOURCES);
  EXPECT_EQ(id, 7);
  EXPECT_EQ(Add(handle, u"last"), 0xFFFF);
  EXPECT_EQ(Get(handle, 0xFFFF), u"last");
  EXPECT_EQ(protocol_->NewString(
                protocol_, handle, &id, "en-US", nullptr, u"text", nullptr),
            EFI_OUT_OF_RESOURCES);
}

TEST_F(HiiStringChangeTest, ChangesNothingIfAPackageGrowsTooLong) {
  constexpr size_t kNearlyAll = 0xFF'FF00;
  const EFI_HII_HANDLE handle = NewBlocks({"\x32\x99\x00\xFF\xFF\x00"s,
                                           std::string(kNearlyAll - 6, 'x'),
                                           Ucs2Block(u"text")});
  ASSERT_EQ(Get(handle, 1), u"text");

  EXPECT_EQ(Set(handle, 1, std::u16string(300, u'x').c_str()),
            EFI_OUT_OF_RESOURCES);
  EXPECT_EQ(Get(handle, 1), u"text");
}

}  // namespace
}  // namespace flint::efi
