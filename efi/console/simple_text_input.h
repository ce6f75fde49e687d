// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "efi/abi/protocol/simple_text.h"
#include "efi/console/key_input.h"

namespace flint::efi {

/// EFI_SIMPLE_TEXT_INPUT_PROTOCOL. [uefi-2.10 12.3]
class SimpleTextInput final : public abi::EFI_SIMPLE_TEXT_INPUT_PROTOCOL {
 public:
  /// `input` has been started.
  explicit SimpleTextInput(KeyInput& input);
  SimpleTextInput(const SimpleTextInput&) = delete;
  SimpleTextInput& operator=(const SimpleTextInput&) = delete;

  KeyInput& input() { return input_; }

 private:
  KeyInput& input_;
};

/// EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL: keys with their modifiers, and telling of
/// them. Reads the same keys. [uefi-2.10 12.2]
class SimpleTextInputEx final : public abi::EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL {
 public:
  /// `input` has been started.
  explicit SimpleTextInputEx(KeyInput& input);
  SimpleTextInputEx(const SimpleTextInputEx&) = delete;
  SimpleTextInputEx& operator=(const SimpleTextInputEx&) = delete;

  KeyInput& input() { return input_; }

 private:
  KeyInput& input_;
};

}  // namespace flint::efi
