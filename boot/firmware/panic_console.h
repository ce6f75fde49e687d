// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "drivers/console/text_output.h"
#include "platforms/runtime/panic.h"

namespace flint::boot {

/// Shows last words on the console's device: panics and exception dumps.
class PanicConsole final : public runtime::PanicSink {
 public:
  /// `output` must stay for ever.
  explicit PanicConsole(console::TextOutput& output) : output_(output) {}

  void Write(std::string_view text) override {
    while (!text.empty()) {
      const size_t end = text.find('\n');
      output_.Write(text.substr(0, end));
      if (end == std::string_view::npos) return;
      output_.Write("\r\n");
      text.remove_prefix(end + 1);
    }
  }

 private:
  console::TextOutput& output_;
};

}  // namespace flint::boot
