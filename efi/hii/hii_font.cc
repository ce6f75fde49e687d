// SPDX-License-Identifier: Apache-2.0
#include "efi/hii/hii_font.h"

#include "efi/abi/status.h"

namespace flint::efi {
namespace {

using abi::CHAR16;
using abi::CHAR8;
using abi::EFI_FONT_DISPLAY_INFO;
using abi::EFI_FONT_HANDLE;
using abi::EFI_HII_FONT_PROTOCOL;
using abi::EFI_HII_HANDLE;
using abi::EFI_HII_OUT_FLAGS;
using abi::EFI_HII_ROW_INFO;
using abi::EFI_IMAGE_OUTPUT;
using abi::EFI_STATUS;
using abi::EFI_STRING_ID;
using abi::UINTN;

EFI_STATUS EFIAPI StringToImage(const EFI_HII_FONT_PROTOCOL* self,
                                EFI_HII_OUT_FLAGS,
                                const CHAR16* text,
                                const EFI_FONT_DISPLAY_INFO*,
                                EFI_IMAGE_OUTPUT** out,
                                UINTN,
                                UINTN,
                                EFI_HII_ROW_INFO**,
                                UINTN*,
                                UINTN*) {
  if (self == nullptr || text == nullptr || out == nullptr) {
    return abi::EFI_INVALID_PARAMETER;
  }
  return abi::EFI_NOT_FOUND;
}

EFI_STATUS EFIAPI StringIdToImage(const EFI_HII_FONT_PROTOCOL* self,
                                  EFI_HII_OUT_FLAGS,
                                  EFI_HII_HANDLE,
                                  EFI_STRING_ID,
                                  const CHAR8*,
                                  const EFI_FONT_DISPLAY_INFO*,
                                  EFI_IMAGE_OUTPUT** out,
                                  UINTN,
                                  UINTN,
                                  EFI_HII_ROW_INFO**,
                                  UINTN*,
                                  UINTN*) {
  if (self == nullptr || out == nullptr) return abi::EFI_INVALID_PARAMETER;
  return abi::EFI_NOT_FOUND;
}

EFI_STATUS EFIAPI GetGlyph(const EFI_HII_FONT_PROTOCOL* self,
                           CHAR16,
                           const EFI_FONT_DISPLAY_INFO*,
                           EFI_IMAGE_OUTPUT** out,
                           UINTN*) {
  // The glyph is to be put into a new buffer, so that none may be there.
  if (self == nullptr || out == nullptr || *out != nullptr) {
    return abi::EFI_INVALID_PARAMETER;
  }
  return abi::EFI_NOT_FOUND;
}

EFI_STATUS EFIAPI GetFontInfo(const EFI_HII_FONT_PROTOCOL* self,
                              EFI_FONT_HANDLE* handle,
                              const EFI_FONT_DISPLAY_INFO*,
                              EFI_FONT_DISPLAY_INFO** out,
                              const CHAR16*) {
  if (self == nullptr || out == nullptr) return abi::EFI_INVALID_PARAMETER;
  // The search is over before it begins.
  if (handle != nullptr) *handle = nullptr;
  *out = nullptr;
  return abi::EFI_NOT_FOUND;
}

}  // namespace

HiiFont::HiiFont()
    : EFI_HII_FONT_PROTOCOL{.StringToImage = efi::StringToImage,
                            .StringIdToImage = efi::StringIdToImage,
                            .GetGlyph = efi::GetGlyph,
                            .GetFontInfo = efi::GetFontInfo} {}

}  // namespace flint::efi
