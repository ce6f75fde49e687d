// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "efi/abi/protocol/simple_text.h"

namespace flint::efi {

/// The key without its modifiers, as EFI_SIMPLE_TEXT_INPUT_PROTOCOL tells it:
/// control and a letter is a control character.
abi::EFI_INPUT_KEY ToSimpleKey(const abi::EFI_KEY_DATA& key);

/// True if who registered for `wanted` is to be told of `key`. States that
/// `wanted` leaves at 0 do not matter. [uefi-2.10 12.2.5]
bool Matches(const abi::EFI_KEY_DATA& wanted, const abi::EFI_KEY_DATA& key);

}  // namespace flint::efi
