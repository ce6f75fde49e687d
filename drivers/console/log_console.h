// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "drivers/console/text_output.h"
#include "platforms/base/log.h"

namespace flint::console {

/// Shows the log on a device, in the one style of all our lines:
///
///     flint: 0.1.0 on Cloud Hypervisor, 512 MiB
///     flint: warning: flint.colour: unknown setting, ignored
///
/// Lines end in CR LF. What a line quotes may come from a hostile disk, so
/// everything a terminal could take as a command is shown as `?`; text in UTF-8
/// passes. A line feed inside a line starts a continuation, indented to the
/// text.
class LogConsole final : public log::Sink {
 public:
  /// `output` must outlive the console.
  explicit constexpr LogConsole(TextOutput& output) : output_(output) {}

  void Write(log::Level level, std::string_view line) override;

 private:
  TextOutput& output_;
};

}  // namespace flint::console
