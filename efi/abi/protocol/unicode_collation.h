// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "efi/abi/types.h"

namespace flint::efi::abi {

/// Languages named by ISO 639-2 codes, without separator: "engfra".
inline constexpr EFI_GUID EFI_UNICODE_COLLATION_PROTOCOL_GUID =
    EFI_GUID::Of("1d85cd7f-f43d-11d2-9a0c-0090273fc14d");
/// Languages named by RFC 4646 codes: "en;fr".
inline constexpr EFI_GUID EFI_UNICODE_COLLATION_PROTOCOL2_GUID =
    EFI_GUID::Of("a4c751fc-23ae-4c3e-92e9-4964cf63f349");

struct EFI_UNICODE_COLLATION_PROTOCOL;
using EFI_UNICODE_COLLATION_STRICOLL = INTN(EFIAPI*)(
    EFI_UNICODE_COLLATION_PROTOCOL* This, CHAR16* Str1, CHAR16* Str2);
using EFI_UNICODE_COLLATION_METAIMATCH = BOOLEAN(EFIAPI*)(
    EFI_UNICODE_COLLATION_PROTOCOL* This, CHAR16* String, CHAR16* Pattern);
using EFI_UNICODE_COLLATION_STRLWR =
    VOID(EFIAPI*)(EFI_UNICODE_COLLATION_PROTOCOL* This, CHAR16* Str);
using EFI_UNICODE_COLLATION_STRUPR =
    VOID(EFIAPI*)(EFI_UNICODE_COLLATION_PROTOCOL* This, CHAR16* Str);
using EFI_UNICODE_COLLATION_FATTOSTR =
    VOID(EFIAPI*)(EFI_UNICODE_COLLATION_PROTOCOL* This,
                  UINTN FatSize,
                  CHAR8* Fat,
                  CHAR16* String);
using EFI_UNICODE_COLLATION_STRTOFAT =
    BOOLEAN(EFIAPI*)(EFI_UNICODE_COLLATION_PROTOCOL* This,
                     CHAR16* String,
                     UINTN FatSize,
                     CHAR8* Fat);

/// [uefi-2.10 13.12]
struct EFI_UNICODE_COLLATION_PROTOCOL {
  EFI_UNICODE_COLLATION_STRICOLL StriColl;
  EFI_UNICODE_COLLATION_METAIMATCH MetaiMatch;
  EFI_UNICODE_COLLATION_STRLWR StrLwr;
  EFI_UNICODE_COLLATION_STRUPR StrUpr;
  EFI_UNICODE_COLLATION_FATTOSTR FatToStr;
  EFI_UNICODE_COLLATION_STRTOFAT StrToFat;
  CHAR8* SupportedLanguages;
};
static_assert(sizeof(EFI_UNICODE_COLLATION_PROTOCOL) == 56);

}  // namespace flint::efi::abi
