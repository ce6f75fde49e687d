// SPDX-License-Identifier: Apache-2.0
#include "efi/hii/hii_string.h"

#include <array>
#include <string>
#include <vector>

#include "efi/environment/host_environment.h"
#include "efi/hii/fake_packages.h"
#include "efi/hii/hii_database.h"
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

/// A font of that name, as images pass it.
struct Font {
  EFI_FONT_INFO info{.FontStyle = 1, .FontSize = 19, .FontName = {u'A'}};
  CHAR16 rest[3] = {u'B', u'C', 0};
};

class HiiStringTest : public ::testing::Test {
 protected:
  EFI_HII_HANDLE New(std::initializer_list<std::string_view> packages) {
    const std::string list = FakePackageList(packages);
    const void* const bytes = list.data();
    EFI_HII_HANDLE handle = nullptr;
    EXPECT_EQ(
        database_.New(static_cast<const EFI_HII_PACKAGE_LIST_HEADER*>(bytes),
                      nullptr,
                      &handle),
        EFI_SUCCESS);
    return handle;
  }
  /// Of those blocks, in English.
  EFI_HII_HANDLE NewBlocks(std::initializer_list<std::string_view> blocks) {
    return New({FakeStringPackage("en-US", blocks)});
  }

  /// The string; "(status)" if there is none.
  std::u16string Get(EFI_HII_HANDLE handle,
                     EFI_STRING_ID id,
                     const char* language = "en-US") {
    std::u16string text(300, u'?');
    UINTN size = text.size() * sizeof(CHAR16);
    const EFI_STATUS status = protocol_->GetString(
        protocol_, language, handle, id, text.data(), &size, nullptr);
    if (status == EFI_NOT_FOUND) return u"(not found)";
    if (status == EFI_INVALID_LANGUAGE) return u"(other language)";
    EXPECT_EQ(status, EFI_SUCCESS);
    EXPECT_EQ(text[size / sizeof(CHAR16) - 1], u'\0');
    return text.substr(0, size / sizeof(CHAR16) - 1);
  }
  EFI_STATUS Set(EFI_HII_HANDLE handle,
                 EFI_STRING_ID id,
                 const CHAR16* text,
                 const char* language = "en-US",
                 const EFI_FONT_INFO* font = nullptr) {
    return protocol_->SetString(protocol_, handle, id, language, text, font);
  }
  EFI_STRING_ID Add(EFI_HII_HANDLE handle,
                    const CHAR16* text,
                    const char* language = "en-US",
                    const CHAR16* language_name = nullptr,
                    const EFI_FONT_INFO* font = nullptr) {
    EFI_STRING_ID id = 0;
    EXPECT_EQ(protocol_->NewString(
                  protocol_, handle, &id, language, language_name, text, font),
              EFI_SUCCESS);
    return id;
  }
  std::string Languages(EFI_HII_HANDLE handle) {
    std::string languages(100, '?');
    UINTN size = languages.size();
    EXPECT_EQ(
        protocol_->GetLanguages(protocol_, handle, languages.data(), &size),
        EFI_SUCCESS);
    EXPECT_EQ(languages[size - 1], '\0');
    return languages.substr(0, size - 1);
  }
  /// "style size name", or "none".
  std::u16string FontOf(EFI_HII_HANDLE handle, EFI_STRING_ID id) {
    std::u16string text(300, u'?');
    UINTN size = text.size() * sizeof(CHAR16);
    EFI_FONT_INFO* info = nullptr;
    EXPECT_EQ(protocol_->GetString(
                  protocol_, "en-US", handle, id, text.data(), &size, &info),
              EFI_SUCCESS);
    if (info == nullptr) return u"none";
    std::u16string font = std::u16string(1, u'0' + info->FontStyle % 10) +
                          u" " + std::u16string(1, u'a' + info->FontSize) +
                          u" " + std::u16string(&info->FontName[0]);
    EXPECT_EQ(host_.boot_services().FreePool(info), EFI_SUCCESS);
    return font;
  }

  HostEnvironment host_;
  HiiDatabase database_{{.pages = host_.environment().pages(),
                         .pool = host_.environment().pool(),
                         .handles = host_.environment().handles(),
                         .events = host_.environment().events()}};
  HiiString string_{database_, host_.environment().pool()};
  EFI_HII_STRING_PROTOCOL* protocol_ = &string_;

  // A block of every type that has strings or tells of them, which stand for
  // the strings 1 to 13, of which there are no 10 and 12.
  const std::array<std::string, 14> all_blocks_ = {
      Ucs2Block(u"one"),
      "\x15\x07"s + Ucs2(u"two"),
      "\x16\x02\0"s + Ucs2(u"three") + Ucs2(u""),
      "\x17\x07\x01\0"s + Ucs2(u"five"),
      "\x10six\0"s,
      "\x11\x07seven\0"s,
      "\x12\x01\0eight\0"s,
      "\x13\x07\x01\0nine\0"s,
      "\x22\x01"s,
      "\x20\x06\0"s,
      "\x21\x01\0"s,
      "\x30\x99\x04x\x31\x99\x05\0x\x32\x99\x07\0\0\0x"s,
      "\x31\x40"s + "\x11\0"s + "\x07\x13\0\x01\0\0\0"s + Ucs2(u"XY"),
      Ucs2Block(u"thirteen")};
  EFI_HII_HANDLE NewOfAll() {
    const auto& b = all_blocks_;
    return NewBlocks({b[0],
                      b[1],
                      b[2],
                      b[3],
                      b[4],
                      b[5],
                      b[6],
                      b[7],
                      b[8],
                      b[9],
                      b[10],
                      b[11],
                      b[12],
                      b[13]});
  }
  std::vector<std::u16string> GetAll(EFI_HII_HANDLE handle) {
    std::vector<std::u16string> all;
    for (EFI_STRING_ID id = 0; id <= 14; ++id) all.push_back(Get(handle, id));
    return all;
  }
};

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

TEST_F(HiiStringTest, SetsOneStringAndLeavesTheOthers) {
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

TEST_F(HiiStringTest, KeepsOrSetsTheFont) {
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

TEST_F(HiiStringTest, AddsStringsForAllLanguages) {
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

TEST_F(HiiStringTest, AddsALanguageWithItsName) {
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

TEST_F(HiiStringTest, AddsNoMoreThanThereAreIdentifiers) {
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

TEST_F(HiiStringTest, ChangesNothingIfAPackageGrowsTooLong) {
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
