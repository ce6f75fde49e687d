// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "efi/variables/variable_area.h"

namespace flint::efi {

/// Whether a variable of that name can change what is booted or whether the
/// menu is shown, so that it takes a look at the variables to know.
bool IsBootRequest(const VariableKey& key);

}  // namespace flint::efi
