// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "efi/abi/protocol/hii_string.h"
#include "efi/abi/status.h"
#include "efi/hii/hii_database.h"
#include "efi/hii/string_edit.h"
#include "efi/hii/string_package.h"
#include "efi/memory/pool_services.h"

namespace flint::efi {

/// EFI_HII_STRING_PROTOCOL: strings of the database's packages.
/// [uefi-2.10 34]
///
/// A string's identifier is the same in every language of a list. A new one
/// exceeds those of all languages; a language that lacks it gets it by
/// SetString.
class HiiString final : public abi::EFI_HII_STRING_PROTOCOL {
 public:
  /// Both must outlive this.
  HiiString(HiiDatabase& database, PoolServices& pool);
  HiiString(const HiiString&) = delete;
  HiiString& operator=(const HiiString&) = delete;

  abi::EFI_STATUS New(abi::EFI_HII_HANDLE handle,
                      abi::EFI_STRING_ID* id,
                      const abi::CHAR8* language,
                      const abi::CHAR16* language_name,
                      const abi::CHAR16* text,
                      const abi::EFI_FONT_INFO* font);
  abi::EFI_STATUS Get(const abi::CHAR8* language,
                      abi::EFI_HII_HANDLE handle,
                      abi::EFI_STRING_ID id,
                      abi::CHAR16* text,
                      abi::UINTN* size_bytes,
                      abi::EFI_FONT_INFO** font);
  abi::EFI_STATUS Set(abi::EFI_HII_HANDLE handle,
                      abi::EFI_STRING_ID id,
                      const abi::CHAR8* language,
                      const abi::CHAR16* text,
                      const abi::EFI_FONT_INFO* font);
  abi::EFI_STATUS Languages(abi::EFI_HII_HANDLE handle,
                            abi::CHAR8* languages,
                            abi::UINTN* size_bytes);
  abi::EFI_STATUS SecondaryLanguages(abi::EFI_HII_HANDLE handle,
                                     const abi::CHAR8* primary_language,
                                     abi::CHAR8* languages,
                                     abi::UINTN* size_bytes);

 private:
  class Draft;

  abi::EFI_STATUS NewFontInfo(const hii::StringPackage& package,
                              uint8_t font,
                              abi::EFI_FONT_INFO** info);

  HiiDatabase& database_;
  PoolServices& pool_;
};

}  // namespace flint::efi
