// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace flint {

/// What stands for text that is not valid.
inline constexpr char32_t kReplacementCharacter = 0xfffd;

/// Appends the UTF-8 form of `character` to `out` at `size`, and counts it. A
/// surrogate or a value beyond U+10FFFF is written as U+FFFD. False, and
/// nothing is written, if it does not fit.
[[nodiscard]] bool AppendUtf8(char32_t character,
                              std::span<char> out,
                              size_t& size);

/// Takes the first character off `text`, which must not be empty. Bytes that
/// are not UTF-8 (stray, overlong, surrogates, cut short) give one U+FFFD each.
char32_t TakeUtf8(std::string_view& text);

/// Takes the first character off UTF-16 `text`, which must not be empty. An
/// unpaired surrogate gives U+FFFD.
char32_t TakeUtf16(std::span<const char16_t>& text);

/// Converts UTF-16 up to its end to UTF-8. Nothing if it does not fit; three
/// bytes a unit always do.
std::optional<std::string_view> Utf16ToUtf8(std::span<const char16_t> text,
                                            std::span<char> out);

/// Converts UTF-8 to UTF-16. Nothing if it does not fit or is not valid UTF-8.
std::optional<std::span<const char16_t>> Utf8ToUtf16(std::string_view text,
                                                     std::span<char16_t> out);

}  // namespace flint
