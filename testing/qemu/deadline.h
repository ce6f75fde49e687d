// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

namespace flint::qemu {

/// A point in time after which waiting is given up.
class Deadline {
 public:
  using Clock = std::chrono::steady_clock;

  explicit Deadline(Clock::time_point time) : time_(time) {}

  /// `limit` from now, or a little before the test's own time limit (Bazel's
  /// TEST_TIMEOUT) ends, whichever comes first: a wait that is too long fails
  /// with its reason before the test is killed without one.
  static Deadline After(std::chrono::milliseconds limit);

  bool has_passed() const { return Clock::now() >= time_; }

  /// What `poll` wants: milliseconds left, rounded up, never negative.
  int poll_timeout() const;

 private:
  Clock::time_point time_;
};

}  // namespace flint::qemu
