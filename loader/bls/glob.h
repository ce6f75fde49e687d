// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace flint::bls {

/// True if all of `text` matches `pattern`. ASCII letters match in either case,
/// as the names on a FAT do.
///
/// `*` is any text, `?` any one character, `[abc0-9]` one of a set, `[!abc]` or
/// `[^abc]` one not of a set (`]` first in a set is a member); a backslash
/// takes away the meaning of the next character. A set without its end is an
/// ordinary `[`. Takes time in proportion to the product of the two lengths,
/// whatever they hold.
bool MatchesGlob(std::string_view pattern, std::string_view text);

}  // namespace flint::bls
