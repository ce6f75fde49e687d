// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "drivers/console/text_output.h"

namespace flint::console {

/// One device of two: the first, until it turns out that it is not there.
class SwitchedOutput final : public TextOutput {
 public:
  /// Both must outlive this.
  constexpr SwitchedOutput(TextOutput& first, TextOutput& second)
      : current_(&first), second_(second) {}

  void UseSecond() { current_ = &second_; }

  void Write(std::string_view bytes) override { current_->Write(bytes); }
  void Flush() override { current_->Flush(); }

 private:
  TextOutput* current_;
  TextOutput& second_;
};

}  // namespace flint::console
