// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "efi/abi/protocol/decompress.h"

namespace flint::efi {

/// EFI_DECOMPRESS_PROTOCOL. [uefi-2.10 19.5]
class Decompress final : public abi::EFI_DECOMPRESS_PROTOCOL {
 public:
  Decompress();
  Decompress(const Decompress&) = delete;
  Decompress& operator=(const Decompress&) = delete;
};

}  // namespace flint::efi
