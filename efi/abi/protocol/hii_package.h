// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "efi/abi/types.h"
#include "platforms/base/endian.h"

namespace flint::efi::abi {

using EFI_HII_HANDLE = VOID*;
using EFI_STRING = CHAR16*;
using EFI_STRING_ID = UINT16;
using EFI_HII_FONT_STYLE = UINT32;

// Types of packages. [uefi-2.10 33.3.1.1]
inline constexpr UINT8 EFI_HII_PACKAGE_TYPE_ALL = 0x00;
inline constexpr UINT8 EFI_HII_PACKAGE_TYPE_GUID = 0x01;
inline constexpr UINT8 EFI_HII_PACKAGE_FORMS = 0x02;
inline constexpr UINT8 EFI_HII_PACKAGE_STRINGS = 0x04;
inline constexpr UINT8 EFI_HII_PACKAGE_FONTS = 0x05;
inline constexpr UINT8 EFI_HII_PACKAGE_IMAGES = 0x06;
inline constexpr UINT8 EFI_HII_PACKAGE_SIMPLE_FONTS = 0x07;
inline constexpr UINT8 EFI_HII_PACKAGE_DEVICE_PATH = 0x08;
inline constexpr UINT8 EFI_HII_PACKAGE_KEYBOARD_LAYOUT = 0x09;
inline constexpr UINT8 EFI_HII_PACKAGE_ANIMATIONS = 0x0A;
inline constexpr UINT8 EFI_HII_PACKAGE_END = 0xDF;

/// What a package begins with. The length, of 24 bits, is with this header. A
/// byte string, as all of the package: at any address. [uefi-2.10 33.3.1.1]
struct EFI_HII_PACKAGE_HEADER {
  UINT8 Length[3];
  UINT8 Type;
};
static_assert(sizeof(EFI_HII_PACKAGE_HEADER) == 4);

/// What a package list begins with; packages follow. The length is with this
/// header. [uefi-2.10 33.3.1.2]
struct EFI_HII_PACKAGE_LIST_HEADER {
  EFI_GUID PackageListGuid;
  Le32 PackageLength;
};
static_assert(sizeof(EFI_HII_PACKAGE_LIST_HEADER) == 20);

/// A package of the type that its GUID tells. [uefi-2.10 33.3.5]
struct EFI_HII_GUID_PACKAGE_HDR {
  EFI_HII_PACKAGE_HEADER Header;
  EFI_GUID Guid;
};
static_assert(sizeof(EFI_HII_GUID_PACKAGE_HDR) == 20);

/// The language follows, in ASCII, with a terminator; at StringInfoOffset,
/// blocks. The windows are what SCSU has at the start of every string: eight
/// static, eight dynamic. [uefi-2.10 33.3.6.1]
struct EFI_HII_STRING_PACKAGE_HDR {
  EFI_HII_PACKAGE_HEADER Header;
  Le32 HdrSize;
  Le32 StringInfoOffset;
  Le16 LanguageWindow[16];
  Le16 LanguageName;
};
static_assert(sizeof(EFI_HII_STRING_PACKAGE_HDR) == 46);

// Blocks of a string package. [uefi-2.10 33.3.6.2]
inline constexpr UINT8 EFI_HII_SIBT_END = 0x00;
inline constexpr UINT8 EFI_HII_SIBT_STRING_SCSU = 0x10;
inline constexpr UINT8 EFI_HII_SIBT_STRING_SCSU_FONT = 0x11;
inline constexpr UINT8 EFI_HII_SIBT_STRINGS_SCSU = 0x12;
inline constexpr UINT8 EFI_HII_SIBT_STRINGS_SCSU_FONT = 0x13;
inline constexpr UINT8 EFI_HII_SIBT_STRING_UCS2 = 0x14;
inline constexpr UINT8 EFI_HII_SIBT_STRING_UCS2_FONT = 0x15;
inline constexpr UINT8 EFI_HII_SIBT_STRINGS_UCS2 = 0x16;
inline constexpr UINT8 EFI_HII_SIBT_STRINGS_UCS2_FONT = 0x17;
inline constexpr UINT8 EFI_HII_SIBT_DUPLICATE = 0x20;
inline constexpr UINT8 EFI_HII_SIBT_SKIP2 = 0x21;
inline constexpr UINT8 EFI_HII_SIBT_SKIP1 = 0x22;
inline constexpr UINT8 EFI_HII_SIBT_EXT1 = 0x30;
inline constexpr UINT8 EFI_HII_SIBT_EXT2 = 0x31;
inline constexpr UINT8 EFI_HII_SIBT_EXT4 = 0x32;
/// In BlockType2 of EFI_HII_SIBT_EXT2.
inline constexpr UINT8 EFI_HII_SIBT_FONT = 0x40;

struct EFI_HII_SIBT_BLOCK_HEADER {
  UINT8 BlockType;
};

/// The length is with this header.
struct EFI_HII_SIBT_EXT2_BLOCK {
  EFI_HII_SIBT_BLOCK_HEADER Header;
  UINT8 BlockType2;
  Le16 Length;
};
static_assert(sizeof(EFI_HII_SIBT_EXT2_BLOCK) == 4);

/// The font's name follows, with a terminator. [uefi-2.10 33.3.6.2.4]
struct EFI_HII_SIBT_FONT_BLOCK {
  EFI_HII_SIBT_EXT2_BLOCK Header;
  UINT8 FontId;
  Le16 FontSize;
  Le32 FontStyle;
};
static_assert(sizeof(EFI_HII_SIBT_FONT_BLOCK) == 11);

/// So many layouts follow. [uefi-2.10 33.3.9]
struct EFI_HII_KEYBOARD_PACKAGE_HDR {
  EFI_HII_PACKAGE_HEADER Header;
  Le16 LayoutCount;
};
static_assert(sizeof(EFI_HII_KEYBOARD_PACKAGE_HDR) == 6);

/// Descriptors of keys follow, and texts. The length is with all of it.
struct EFI_HII_KEYBOARD_LAYOUT {
  Le16 LayoutLength;
  EFI_GUID Guid;
  Le32 LayoutDescriptorStringOffset;
  UINT8 DescriptorCount;
};
static_assert(sizeof(EFI_HII_KEYBOARD_LAYOUT) == 23);

}  // namespace flint::efi::abi
