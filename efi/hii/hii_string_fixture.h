// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "efi/environment/host_environment.h"
#include "efi/hii/fake_packages.h"
#include "efi/hii/hii_database.h"
#include "efi/hii/hii_string.h"
#include "gtest/gtest.h"

namespace flint::efi {

/// A font of that name, as images pass it.
struct Font {
  abi::EFI_FONT_INFO info{.FontStyle = 1, .FontSize = 19, .FontName = {u'A'}};
  abi::CHAR16 rest[3] = {u'B', u'C', 0};
};

/// A block of every type that has strings or tells of them, which stand for the
/// strings 1 to 13, of which there are no 10 and 12.
inline std::array<std::string, 14> BlocksOfEveryType() {
  using std::string_literals::operator""s;
  return {hii::Ucs2Block(u"one"),
          "\x15\x07"s + hii::Ucs2(u"two"),
          "\x16\x02\0"s + hii::Ucs2(u"three") + hii::Ucs2(u""),
          "\x17\x07\x01\0"s + hii::Ucs2(u"five"),
          "\x10six\0"s,
          "\x11\x07seven\0"s,
          "\x12\x01\0eight\0"s,
          "\x13\x07\x01\0nine\0"s,
          "\x22\x01"s,
          "\x20\x06\0"s,
          "\x21\x01\0"s,
          "\x30\x99\x04x\x31\x99\x05\0x\x32\x99\x07\0\0\0x"s,
          "\x31\x40"s + "\x11\0"s + "\x07\x13\0\x01\0\0\0"s + hii::Ucs2(u"XY"),
          hii::Ucs2Block(u"thirteen")};
}

/// A database with strings, reached by their protocol.
class HiiStringTest : public ::testing::Test {
 protected:
  abi::EFI_HII_HANDLE New(std::initializer_list<std::string_view> packages) {
    const std::string list = hii::FakePackageList(packages);
    const void* const bytes = list.data();
    abi::EFI_HII_HANDLE handle = nullptr;
    EXPECT_EQ(database_.New(
                  static_cast<const abi::EFI_HII_PACKAGE_LIST_HEADER*>(bytes),
                  nullptr,
                  &handle),
              abi::EFI_SUCCESS);
    return handle;
  }
  /// Of those blocks, in English.
  abi::EFI_HII_HANDLE NewBlocks(
      std::initializer_list<std::string_view> blocks) {
    return New({hii::FakeStringPackage("en-US", blocks)});
  }

  /// The string; "(status)" if there is none.
  std::u16string Get(abi::EFI_HII_HANDLE handle,
                     abi::EFI_STRING_ID id,
                     const char* language = "en-US") {
    std::u16string text(300, u'?');
    abi::UINTN size = text.size() * sizeof(abi::CHAR16);
    const abi::EFI_STATUS status = protocol_->GetString(
        protocol_, language, handle, id, text.data(), &size, nullptr);
    if (status == abi::EFI_NOT_FOUND) return u"(not found)";
    if (status == abi::EFI_INVALID_LANGUAGE) return u"(other language)";
    EXPECT_EQ(status, abi::EFI_SUCCESS);
    EXPECT_EQ(text[size / sizeof(abi::CHAR16) - 1], u'\0');
    return text.substr(0, size / sizeof(abi::CHAR16) - 1);
  }
  abi::EFI_STATUS Set(abi::EFI_HII_HANDLE handle,
                      abi::EFI_STRING_ID id,
                      const abi::CHAR16* text,
                      const char* language = "en-US",
                      const abi::EFI_FONT_INFO* font = nullptr) {
    return protocol_->SetString(protocol_, handle, id, language, text, font);
  }
  abi::EFI_STRING_ID Add(abi::EFI_HII_HANDLE handle,
                         const abi::CHAR16* text,
                         const char* language = "en-US",
                         const abi::CHAR16* language_name = nullptr,
                         const abi::EFI_FONT_INFO* font = nullptr) {
    abi::EFI_STRING_ID id = 0;
    EXPECT_EQ(protocol_->NewString(
                  protocol_, handle, &id, language, language_name, text, font),
              abi::EFI_SUCCESS);
    return id;
  }
  std::string Languages(abi::EFI_HII_HANDLE handle) {
    std::string languages(100, '?');
    abi::UINTN size = languages.size();
    EXPECT_EQ(
        protocol_->GetLanguages(protocol_, handle, languages.data(), &size),
        abi::EFI_SUCCESS);
    EXPECT_EQ(languages[size - 1], '\0');
    return languages.substr(0, size - 1);
  }
  /// "style size name", or "none".
  std::u16string FontOf(abi::EFI_HII_HANDLE handle, abi::EFI_STRING_ID id) {
    std::u16string text(300, u'?');
    abi::UINTN size = text.size() * sizeof(abi::CHAR16);
    abi::EFI_FONT_INFO* info = nullptr;
    EXPECT_EQ(protocol_->GetString(
                  protocol_, "en-US", handle, id, text.data(), &size, &info),
              abi::EFI_SUCCESS);
    if (info == nullptr) return u"none";
    std::u16string font = std::u16string(1, u'0' + info->FontStyle % 10) +
                          u" " + std::u16string(1, u'a' + info->FontSize) +
                          u" " + std::u16string(&info->FontName[0]);
    EXPECT_EQ(host_.boot_services().FreePool(info), abi::EFI_SUCCESS);
    return font;
  }

  HostEnvironment host_;
  HiiDatabase database_{{.pages = host_.environment().pages(),
                         .pool = host_.environment().pool(),
                         .handles = host_.environment().handles(),
                         .events = host_.environment().events()}};
  HiiString string_{database_, host_.environment().pool()};
  abi::EFI_HII_STRING_PROTOCOL* protocol_ = &string_;

  const std::array<std::string, 14> all_blocks_ = BlocksOfEveryType();
  abi::EFI_HII_HANDLE NewOfAll() {
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
  std::vector<std::u16string> GetAll(abi::EFI_HII_HANDLE handle) {
    std::vector<std::u16string> all;
    for (abi::EFI_STRING_ID id = 0; id <= 14; ++id)
      all.push_back(Get(handle, id));
    return all;
  }
};

}  // namespace flint::efi
