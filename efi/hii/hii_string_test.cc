// SPDX-License-Identifier: Apache-2.0
#include "efi/hii/hii_string.h"

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

TEST_F(HiiStringTest, ReadsEveryTypeOfBlock) {
  const std::u16string none = u"(not found)";

  EXPECT_EQ(GetAll(NewOfAll()),
            (std::vector<std::u16string>{none,
                                         u"one",
                                         u"two",
                                         u"three",
                                         u"",
                                         u"five",
                                         u"six",
                                         u"seven",
                                         u"eight",
                                         u"nine",
                                         none,
                                         u"six",
                                         none,
                                         u"thirteen",
                                         none}));
}

TEST_F(HiiStringTest, TellsTheSizeFirst) {
  const EFI_HII_HANDLE handle = NewBlocks({Ucs2Block(u"text")});
  std::u16string text(5, u'?');
  UINTN size = 0;

  EXPECT_EQ(protocol_->GetString(
                protocol_, "en-US", handle, 1, nullptr, &size, nullptr),
            EFI_BUFFER_TOO_SMALL);
  EXPECT_EQ(size, 10u);
  size = 9;
  EXPECT_EQ(protocol_->GetString(
                protocol_, "en-US", handle, 1, text.data(), &size, nullptr),
            EFI_BUFFER_TOO_SMALL);
  EXPECT_EQ(text, u"?????");
  size = 10;
  EXPECT_EQ(protocol_->GetString(
                protocol_, "en-US", handle, 1, text.data(), &size, nullptr),
            EFI_SUCCESS);
  EXPECT_EQ(text, u"text\0"s);
}

TEST_F(HiiStringTest, ReadsTheLanguageAskedFor) {
  const EFI_HII_HANDLE handle =
      New({FakeStringPackage("en-US;en", {Ucs2Block(u"yes"), "\x22\x01"}),
           FakePackage(EFI_HII_PACKAGE_FORMS, "form"),
           FakeStringPackage("fr-FR", {Ucs2Block(u"oui"), Ucs2Block(u"non")}),
           FakeStringPackage("de", {})});

  EXPECT_EQ(Get(handle, 1), u"yes");
  EXPECT_EQ(Get(handle, 1, "fr-FR"), u"oui");
  EXPECT_EQ(Get(handle, 1, "FR-fr"), u"oui");
  EXPECT_EQ(Get(handle, 2), u"(other language)");
  EXPECT_EQ(Get(handle, 2, "fr"), u"(other language)");
  EXPECT_EQ(Get(handle, 3), u"(not found)");
  EXPECT_EQ(Languages(handle), "en-US;fr-FR;de");
}

TEST_F(HiiStringTest, NamesSecondaryLanguages) {
  const EFI_HII_HANDLE handle = New(
      {FakeStringPackage("en-US;en;en-GB", {}), FakeStringPackage("de", {})});
  std::string out(10, '?');
  UINTN size = 0;

  EXPECT_EQ(protocol_->GetSecondaryLanguages(
                protocol_, handle, "en-US", nullptr, &size),
            EFI_BUFFER_TOO_SMALL);
  EXPECT_EQ(size, 9u);
  EXPECT_EQ(protocol_->GetSecondaryLanguages(
                protocol_, handle, "en-US", out.data(), &size),
            EFI_SUCCESS);
  EXPECT_EQ(out, "en;en-GB\0?"s);
  EXPECT_EQ(protocol_->GetSecondaryLanguages(
                protocol_, handle, "de", out.data(), &size),
            EFI_SUCCESS);
  EXPECT_EQ(size, 1u);
  EXPECT_EQ(protocol_->GetSecondaryLanguages(
                protocol_, handle, "en", out.data(), &size),
            EFI_INVALID_LANGUAGE);
}

// The examples of the compression's own specification. [scsu 9]
TEST_F(HiiStringTest, UndoesCompression) {
  const EFI_HII_HANDLE handle = NewBlocks(
      {"\x10\xD6l flie\xDFt\0"s,
       "\x10\x12\x9C\xBE\xC1\xBA\xB2\xB0\0"s,
       "\x10"s
       "A\xDF\x12\x81\x03_\x10\xDF\x1B\x03\xDF\x1C\x88\x80\x0B\xBF\xFF\xFF\r\n"
       "A\x10\xDF\x12\x81\x03_\x10\xDF\x13\xDF\x14\x80\x15\xFF\r\n\0"s,
       "\x10\x0F\x30\x42\xF0\xE0\x00\xE1q\0"s,
       "\x10\x0E\x26\x03z\0"s});

  EXPECT_EQ(Get(handle, 1), u"\u00D6l flie\u00DFt");
  EXPECT_EQ(Get(handle, 2), u"\u041C\u043E\u0441\u043A\u0432\u0430");
  EXPECT_EQ(Get(handle, 3),
            u"A\u00DF\u0401\u015F\u00DF\u01DF\uF000\U0010FFFF\r\n"
            u"A\u00DF\u0401\u015F\u00DF\u01DF\uF000\U0010FFFF\r\n");
  EXPECT_EQ(Get(handle, 4), u"\u3042\uE000q");
  EXPECT_EQ(Get(handle, 5), u"\u2603z");
}

TEST_F(HiiStringTest, EndsAtWhatIsNoCompression) {
  for (const std::string& text :
       {"\x0C\0"s, "\x18\0\0"s, "\x18\xA8\0"s, "\x0F\xF2\0\0"s, "\x0E\x26"s}) {
    const EFI_HII_HANDLE handle = NewBlocks({"\x10"s + text});
    EXPECT_EQ(Get(handle, 1), u"(not found)");
  }
}

TEST_F(HiiStringTest, FollowsDuplicatesButNotRoundInACircle) {
  const EFI_HII_HANDLE handle = NewBlocks({"\x20\x03\0"s,
                                           "\x20\x02\0"s,
                                           "\x20\x04\0"s,
                                           Ucs2Block(u"four"),
                                           "\x20\x09\0"s});

  EXPECT_EQ(Get(handle, 1), u"four");
  EXPECT_EQ(Get(handle, 2), u"(not found)");
  EXPECT_EQ(Get(handle, 5), u"(not found)");
}

TEST_F(HiiStringTest, TellsTheFontOfAString) {
  const EFI_HII_HANDLE handle = NewOfAll();

  EXPECT_EQ(FontOf(handle, 1), u"none");
  EXPECT_EQ(FontOf(handle, 2), u"1 t XY");
  EXPECT_EQ(FontOf(handle, 9), u"1 t XY");
}

TEST_F(HiiStringTest, ReadsPackagesNoFartherThanTheyAreGood) {
  std::string blocks;
  for (const std::string& block : all_blocks_) blocks += block;
  const std::vector<std::u16string> good = GetAll(NewOfAll());
  const std::string package = FakeStringPackage("en-US", {blocks});
  for (size_t size = 4; size < package.size(); ++size) {
    const EFI_HII_HANDLE handle = New(
        {FakePackage(EFI_HII_PACKAGE_STRINGS, package.substr(4, size - 4))});
    const std::vector<std::u16string> found = GetAll(handle);
    for (size_t id = 0; id < found.size(); ++id) {
      // What stands for one that is cut off is not found, either.
      EXPECT_TRUE(found[id] == good[id] || found[id] == u"(not found)") << id;
    }
    EXPECT_EQ(database_.Remove(handle), EFI_SUCCESS);
  }
}

TEST_F(HiiStringTest, RefusesDamagedHeaders) {
  const std::string good = FakeStringPackage("en-US", {Ucs2Block(u"text")});
  struct Damage {
    size_t offset;
    char value;
  };
  for (const Damage& damage : {Damage{4, 46},
                               Damage{4, 51},
                               Damage{8, 51},
                               Damage{9, 1},
                               Damage{5, 1}}) {
    std::string package = good;
    package[damage.offset] = damage.value;
    const EFI_HII_HANDLE handle = New({package});
    EXPECT_EQ(Get(handle, 1), u"(not found)") << damage.offset;
    EXPECT_EQ(Languages(handle), "");
  }
}

TEST_F(HiiStringTest, RefusesBadParameters) {
  const EFI_HII_HANDLE handle = NewBlocks({Ucs2Block(u"text")});
  EFI_STRING_ID id = 0;
  UINTN size = 8;
  CHAR8 buffer[8];

  EXPECT_EQ(protocol_->NewString(
                protocol_, handle, nullptr, "en", nullptr, u"", nullptr),
            EFI_INVALID_PARAMETER);
  EXPECT_EQ(protocol_->NewString(
                protocol_, handle, &id, nullptr, nullptr, u"", nullptr),
            EFI_INVALID_PARAMETER);
  EXPECT_EQ(protocol_->NewString(
                protocol_, handle, &id, "en", nullptr, nullptr, nullptr),
            EFI_INVALID_PARAMETER);
  EXPECT_EQ(
      protocol_->NewString(protocol_, &id, &id, "en", nullptr, u"", nullptr),
      EFI_NOT_FOUND);
  EXPECT_EQ(protocol_->GetString(
                protocol_, nullptr, handle, 1, nullptr, &size, nullptr),
            EFI_INVALID_PARAMETER);
  EXPECT_EQ(protocol_->GetString(
                protocol_, "en", handle, 1, nullptr, nullptr, nullptr),
            EFI_INVALID_PARAMETER);
  EXPECT_EQ(
      protocol_->GetString(protocol_, "en", handle, 1, nullptr, &size, nullptr),
      EFI_INVALID_PARAMETER);
  size = 0;
  EXPECT_EQ(
      protocol_->GetString(protocol_, "en", &id, 1, nullptr, &size, nullptr),
      EFI_NOT_FOUND);
  EXPECT_EQ(Set(handle, 1, nullptr), EFI_INVALID_PARAMETER);
  EXPECT_EQ(Set(handle, 1, u"", nullptr), EFI_INVALID_PARAMETER);
  EXPECT_EQ(Set(&id, 1, u""), EFI_NOT_FOUND);
  EXPECT_EQ(protocol_->GetLanguages(protocol_, handle, buffer, nullptr),
            EFI_INVALID_PARAMETER);
  size = 8;
  EXPECT_EQ(protocol_->GetLanguages(protocol_, handle, nullptr, &size),
            EFI_INVALID_PARAMETER);
  EXPECT_EQ(protocol_->GetLanguages(protocol_, &id, buffer, &size),
            EFI_NOT_FOUND);
  EXPECT_EQ(protocol_->GetSecondaryLanguages(
                protocol_, handle, nullptr, buffer, &size),
            EFI_INVALID_PARAMETER);
}

}  // namespace
}  // namespace flint::efi
