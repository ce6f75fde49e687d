// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "efi/abi/protocol/hii_font.h"

namespace flint::efi {

/// EFI_HII_FONT_PROTOCOL of a firmware that draws no text: there is no font,
/// whatever packages say. [uefi-2.10 34.1]
class HiiFont final : public abi::EFI_HII_FONT_PROTOCOL {
 public:
  HiiFont();
  HiiFont(const HiiFont&) = delete;
  HiiFont& operator=(const HiiFont&) = delete;
};

}  // namespace flint::efi
