// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

/// Texts compared and converted as in English: the functions behind the Unicode
/// collation protocol. [uefi-2.10 13.12]
namespace flint::efi::english {

/// Less than, equal to, or greater than 0 as `a` sorts before, with, or after
/// `b`, without case.
int Compare(std::u16string_view a, std::u16string_view b);

/// True if all of `text` matches: `*` any characters, `?` any one, `[a-cxyz]`
/// one of those; without case. A set that does not end matches nothing.
bool Matches(std::u16string_view text, std::u16string_view pattern);

/// The other case of a letter of Latin-1; anything else stays as it is.
char16_t ToLower(char16_t unit);
char16_t ToUpper(char16_t unit);

/// Writes the characters of `text` that an 8.3 file name has, in upper case,
/// until `out` is full. Those that none can have become `_`, and true is
/// returned; periods and spaces are left out. The rest of `out` stays.
bool ToFatName(std::u16string_view text, std::span<char> out);

}  // namespace flint::efi::english
