// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "efi/runtime/handoff.h"
#include "efi/runtime/virtual_map.h"

namespace flint::efi {

/// All that the program knows by itself. Two addresses, and both are dealt with
/// by SetVirtualAddressMap.
struct RuntimeState {
  RuntimeHandoff* handoff = nullptr;
  /// Only during SetVirtualAddressMap.
  const VirtualMap* map = nullptr;
};

}  // namespace flint::efi
