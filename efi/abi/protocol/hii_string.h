// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "efi/abi/protocol/hii_package.h"
#include "efi/abi/types.h"

namespace flint::efi::abi {

inline constexpr EFI_GUID EFI_HII_STRING_PROTOCOL_GUID =
    EFI_GUID::Of("0fd96974-23aa-4cdc-b9cb-98d17750322a");

/// The font's name goes on behind the structure. [uefi-2.10 34]
struct EFI_FONT_INFO {
  EFI_HII_FONT_STYLE FontStyle;
  UINT16 FontSize;
  CHAR16 FontName[1];
};
static_assert(sizeof(EFI_FONT_INFO) == 8);

struct EFI_HII_STRING_PROTOCOL;
using EFI_HII_NEW_STRING =
    EFI_STATUS(EFIAPI*)(const EFI_HII_STRING_PROTOCOL* This,
                        EFI_HII_HANDLE PackageList,
                        EFI_STRING_ID* StringId,
                        const CHAR8* Language,
                        const CHAR16* LanguageName,
                        const CHAR16* String,
                        const EFI_FONT_INFO* StringFontInfo);
using EFI_HII_GET_STRING =
    EFI_STATUS(EFIAPI*)(const EFI_HII_STRING_PROTOCOL* This,
                        const CHAR8* Language,
                        EFI_HII_HANDLE PackageList,
                        EFI_STRING_ID StringId,
                        EFI_STRING String,
                        UINTN* StringSize,
                        EFI_FONT_INFO** StringFontInfo);
using EFI_HII_SET_STRING =
    EFI_STATUS(EFIAPI*)(const EFI_HII_STRING_PROTOCOL* This,
                        EFI_HII_HANDLE PackageList,
                        EFI_STRING_ID StringId,
                        const CHAR8* Language,
                        const CHAR16* String,
                        const EFI_FONT_INFO* StringFontInfo);
using EFI_HII_GET_LANGUAGES =
    EFI_STATUS(EFIAPI*)(const EFI_HII_STRING_PROTOCOL* This,
                        EFI_HII_HANDLE PackageList,
                        CHAR8* Languages,
                        UINTN* LanguagesSize);
using EFI_HII_GET_2ND_LANGUAGES =
    EFI_STATUS(EFIAPI*)(const EFI_HII_STRING_PROTOCOL* This,
                        EFI_HII_HANDLE PackageList,
                        const CHAR8* PrimaryLanguage,
                        CHAR8* SecondaryLanguages,
                        UINTN* SecondaryLanguagesSize);

/// [uefi-2.10 34]
struct EFI_HII_STRING_PROTOCOL {
  EFI_HII_NEW_STRING NewString;
  EFI_HII_GET_STRING GetString;
  EFI_HII_SET_STRING SetString;
  EFI_HII_GET_LANGUAGES GetLanguages;
  EFI_HII_GET_2ND_LANGUAGES GetSecondaryLanguages;
};
static_assert(sizeof(EFI_HII_STRING_PROTOCOL) == 40);

}  // namespace flint::efi::abi
