// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "efi/abi/protocol/hii_package.h"
#include "efi/abi/protocol/hii_string.h"
#include "efi/abi/types.h"

namespace flint::efi::abi {

inline constexpr EFI_GUID EFI_HII_FONT_PROTOCOL_GUID =
    EFI_GUID::Of("e9ca4775-8657-47fc-97e7-7ed65a084324");

using EFI_HII_OUT_FLAGS = UINT32;
using EFI_FONT_INFO_MASK = UINT32;
using EFI_FONT_HANDLE = VOID*;

/// A colour. [uefi-2.10 12.9.2]
struct EFI_GRAPHICS_OUTPUT_BLT_PIXEL {
  UINT8 Blue;
  UINT8 Green;
  UINT8 Red;
  UINT8 Reserved;
};
static_assert(sizeof(EFI_GRAPHICS_OUTPUT_BLT_PIXEL) == 4);

struct EFI_FONT_DISPLAY_INFO {
  EFI_GRAPHICS_OUTPUT_BLT_PIXEL ForegroundColor;
  EFI_GRAPHICS_OUTPUT_BLT_PIXEL BackgroundColor;
  EFI_FONT_INFO_MASK FontInfoMask;
  EFI_FONT_INFO FontInfo;
};
static_assert(sizeof(EFI_FONT_DISPLAY_INFO) == 20);

/// The image is a bitmap of pixels, or a graphics output protocol.
struct EFI_IMAGE_OUTPUT {
  UINT16 Width;
  UINT16 Height;
  VOID* Image;
};
static_assert(sizeof(EFI_IMAGE_OUTPUT) == 16);

struct EFI_HII_ROW_INFO {
  UINTN StartIndex;
  UINTN EndIndex;
  UINTN LineHeight;
  UINTN LineWidth;
  UINTN BaselineOffset;
};
static_assert(sizeof(EFI_HII_ROW_INFO) == 40);

struct EFI_HII_FONT_PROTOCOL;
using EFI_HII_STRING_TO_IMAGE =
    EFI_STATUS(EFIAPI*)(const EFI_HII_FONT_PROTOCOL* This,
                        EFI_HII_OUT_FLAGS Flags,
                        const CHAR16* String,
                        const EFI_FONT_DISPLAY_INFO* StringInfo,
                        EFI_IMAGE_OUTPUT** Blt,
                        UINTN BltX,
                        UINTN BltY,
                        EFI_HII_ROW_INFO** RowInfoArray,
                        UINTN* RowInfoArraySize,
                        UINTN* ColumnInfoArray);
using EFI_HII_STRING_ID_TO_IMAGE =
    EFI_STATUS(EFIAPI*)(const EFI_HII_FONT_PROTOCOL* This,
                        EFI_HII_OUT_FLAGS Flags,
                        EFI_HII_HANDLE PackageList,
                        EFI_STRING_ID StringId,
                        const CHAR8* Language,
                        const EFI_FONT_DISPLAY_INFO* StringInfo,
                        EFI_IMAGE_OUTPUT** Blt,
                        UINTN BltX,
                        UINTN BltY,
                        EFI_HII_ROW_INFO** RowInfoArray,
                        UINTN* RowInfoArraySize,
                        UINTN* ColumnInfoArray);
using EFI_HII_GET_GLYPH =
    EFI_STATUS(EFIAPI*)(const EFI_HII_FONT_PROTOCOL* This,
                        CHAR16 Char,
                        const EFI_FONT_DISPLAY_INFO* StringInfo,
                        EFI_IMAGE_OUTPUT** Blt,
                        UINTN* Baseline);
using EFI_HII_GET_FONT_INFO =
    EFI_STATUS(EFIAPI*)(const EFI_HII_FONT_PROTOCOL* This,
                        EFI_FONT_HANDLE* FontHandle,
                        const EFI_FONT_DISPLAY_INFO* StringInfoIn,
                        EFI_FONT_DISPLAY_INFO** StringInfoOut,
                        const CHAR16* String);

/// [uefi-2.10 34.1]
struct EFI_HII_FONT_PROTOCOL {
  EFI_HII_STRING_TO_IMAGE StringToImage;
  EFI_HII_STRING_ID_TO_IMAGE StringIdToImage;
  EFI_HII_GET_GLYPH GetGlyph;
  EFI_HII_GET_FONT_INFO GetFontInfo;
};
static_assert(sizeof(EFI_HII_FONT_PROTOCOL) == 32);

}  // namespace flint::efi::abi
