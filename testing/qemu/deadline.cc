// SPDX-License-Identifier: Apache-2.0
#include "testing/qemu/deadline.h"

#include <algorithm>
#include <climits>
#include <cstdlib>

#include "absl/strings/numbers.h"

namespace flint::qemu {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// Left for the report and the clean-up.
constexpr seconds kReserve{3};

const Deadline::Clock::time_point kProcessStart = Deadline::Clock::now();

/// When this process will be killed, as far as is known.
Deadline::Clock::time_point EndOfTest() {
  const char* text = std::getenv("TEST_TIMEOUT");
  int limit = 0;
  if (text == nullptr || !absl::SimpleAtoi(text, &limit)) {
    return Deadline::Clock::time_point::max();
  }
  return kProcessStart + seconds(limit) - kReserve;
}

}  // namespace

Deadline Deadline::After(milliseconds limit) {
  return Deadline(std::min(Clock::now() + limit, EndOfTest()));
}

int Deadline::poll_timeout() const {
  const auto left =
      std::chrono::ceil<milliseconds>(time_ - Clock::now()).count();
  return static_cast<int>(std::clamp<decltype(left)>(left, 0, INT_MAX));
}

}  // namespace flint::qemu
