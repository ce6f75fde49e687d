// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace flint::qemu {

/// What a serial port said so far, and how much of it has been expected:
/// each expectation is looked for after the place where the last one ended.
class Transcript {
 public:
  /// Adds what arrived. Carriage returns are dropped.
  void Append(std::string_view text);

  /// Everything that arrived.
  const std::string& text() const { return text_; }

  /// What arrived after the last expectation that was met.
  std::string_view unread() const;

  /// Whether `text` is there; if so everything up to its end is read.
  bool ConsumeText(std::string_view text);

  /// The first complete line in which the POSIX extended regular expression
  /// is found: the match and its groups; everything up to the line's end is
  /// read. Nullopt if no line matches yet; InvalidArgument if the expression
  /// is malformed.
  absl::StatusOr<std::optional<std::vector<std::string>>> ConsumeLine(
      const std::string& pattern);

  /// The last `count` lines.
  std::string_view Tail(size_t count) const;

 private:
  std::string text_;
  size_t read_ = 0;
};

}  // namespace flint::qemu
