// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "testing/qemu/json.h"

namespace flint::qemu {

/// QEMU's machine protocol as seen by a client that sends one command at a
/// time: sorts what arrives into replies and events. Moves no bytes itself.
class QmpStream {
 public:
  /// Takes in what arrived. InvalidArgument if a line is not JSON.
  absl::Status Append(std::string_view text);

  /// Whether QEMU has greeted. What is sent earlier may be lost.
  bool is_greeted() const { return is_greeted_; }

  /// The oldest reply not taken yet: the command's value, or InvalidArgument
  /// with QEMU's own words. Nullopt if none has arrived.
  std::optional<absl::StatusOr<Json>> TakeReply();

  /// The oldest event of that name not taken yet.
  std::optional<Json> TakeEvent(std::string_view name);

  /// One line that has QEMU execute `command`; `arguments` is a JSON object.
  static std::string Command(std::string_view command,
                             std::string_view arguments);

 private:
  absl::Status Sort(std::string_view line);

  bool is_greeted_ = false;
  std::string partial_;
  std::deque<absl::StatusOr<Json>> replies_;
  std::deque<Json> events_;
};

}  // namespace flint::qemu
