// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "efi/abi/protocol/simple_text.h"
#include "efi/console/text_screen.h"

namespace flint::efi {

/// EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL over a screen. [uefi-2.10 12.4]
class SimpleTextOutput final : public abi::EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL {
 public:
  explicit SimpleTextOutput(TextScreen& screen);
  SimpleTextOutput(const SimpleTextOutput&) = delete;
  SimpleTextOutput& operator=(const SimpleTextOutput&) = delete;

  TextScreen& screen() { return screen_; }

 private:
  TextScreen& screen_;
};

}  // namespace flint::efi
