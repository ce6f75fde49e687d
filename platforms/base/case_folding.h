// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace flint {

/// The form of a UTF-16 unit in which texts are compared without case: its
/// simple case folding by Unicode 14.0 (without the Turkic rules). Units that
/// have none, surrogates among them, stay as they are: file systems that store
/// UTF-16 compare unit by unit.
char16_t FoldCase(char16_t unit);

}  // namespace flint
