// SPDX-License-Identifier: Apache-2.0
#include "efi/unicode_collation/unicode_collation.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <span>
#include <string_view>

#include "efi/unicode_collation/english.h"

namespace flint::efi {
namespace {

using abi::BOOLEAN;
using abi::CHAR16;
using abi::CHAR8;
using abi::INTN;
using abi::UINTN;
using abi::VOID;
using Protocol = abi::EFI_UNICODE_COLLATION_PROTOCOL;

// The functions have no way to say that a pointer is none.

INTN EFIAPI StriColl(Protocol*, CHAR16* a, CHAR16* b) {
  return english::Compare(a, b);
}

BOOLEAN EFIAPI MetaiMatch(Protocol*, CHAR16* text, CHAR16* pattern) {
  return english::Matches(text, pattern) ? abi::TRUE : abi::FALSE;
}

VOID EFIAPI StrLwr(Protocol*, CHAR16* text) {
  for (; *text != 0; ++text) *text = english::ToLower(*text);
}

VOID EFIAPI StrUpr(Protocol*, CHAR16* text) {
  for (; *text != 0; ++text) *text = english::ToUpper(*text);
}

VOID EFIAPI FatToStr(Protocol*, UINTN fat_size, CHAR8* fat, CHAR16* text) {
  for (const CHAR8 byte : std::span(fat, fat_size)) {
    if (byte == 0) break;
    *text++ = static_cast<unsigned char>(byte);
  }
  *text = 0;
}

BOOLEAN EFIAPI StrToFat(Protocol*, CHAR16* text, UINTN fat_size, CHAR8* fat) {
  return english::ToFatName(text, {fat, fat_size}) ? abi::TRUE : abi::FALSE;
}

}  // namespace

UnicodeCollation::UnicodeCollation(Version version)
    : EFI_UNICODE_COLLATION_PROTOCOL{.StriColl = efi::StriColl,
                                     .MetaiMatch = efi::MetaiMatch,
                                     .StrLwr = efi::StrLwr,
                                     .StrUpr = efi::StrUpr,
                                     .FatToStr = efi::FatToStr,
                                     .StrToFat = efi::StrToFat,
                                     .SupportedLanguages = languages_},
      version_(version),
      languages_{} {
  const std::string_view languages = version == Version::kFirst ? "eng" : "en";
  languages.copy(languages_, std::size(languages_) - 1);
}

const abi::EFI_GUID& UnicodeCollation::guid() const {
  return version_ == Version::kFirst
             ? abi::EFI_UNICODE_COLLATION_PROTOCOL_GUID
             : abi::EFI_UNICODE_COLLATION_PROTOCOL2_GUID;
}

}  // namespace flint::efi
