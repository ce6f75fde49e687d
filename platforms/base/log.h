// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "platforms/base/format.h"

namespace flint::log {

enum class Level : uint8_t { kError, kWarning, kInfo, kDebug };

/// Where lines go: the console in the firmware, a recorder in tests.
class Sink {
 public:
  virtual ~Sink() = default;

  /// `line` has no line end.
  virtual void Write(Level level, std::string_view line) = 0;
};

/// Sets where lines go, and the least important level still written. There is
/// one log per program; until it has a sink, lines are dropped. `sink` must
/// outlive its use; null takes it away.
void Configure(Sink* sink, Level level);

/// True if lines of this level are written: ask before costly preparations.
bool Enabled(Level level);

namespace internal {
void Write(Level level,
           std::string_view format,
           std::span<const FormatArgument> arguments);
}  // namespace internal

/// Writes one line, formatted as by `FormatTo`, cut at 256 characters. An
/// error is logged once, where it is detected, and only if nobody above will
/// report it.
template <typename... Arguments>
void Write(Level level,
           std::string_view format,
           const Arguments&... arguments) {
  if (!Enabled(level)) return;
  const std::array<FormatArgument, sizeof...(Arguments)> list{
      FormatArgument(arguments)...};
  internal::Write(level, format, list);
}

template <typename... Arguments>
void Error(std::string_view format, const Arguments&... arguments) {
  Write(Level::kError, format, arguments...);
}
template <typename... Arguments>
void Warning(std::string_view format, const Arguments&... arguments) {
  Write(Level::kWarning, format, arguments...);
}
template <typename... Arguments>
void Info(std::string_view format, const Arguments&... arguments) {
  Write(Level::kInfo, format, arguments...);
}
template <typename... Arguments>
void Debug(std::string_view format, const Arguments&... arguments) {
  Write(Level::kDebug, format, arguments...);
}

}  // namespace flint::log
