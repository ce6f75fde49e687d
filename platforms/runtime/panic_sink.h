// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace flint::runtime {

/// Where last words go. It is called with the machine in any state, perhaps
/// from an exception: it must not allocate, wait for interrupts, or panic.
class PanicSink {
 public:
  virtual ~PanicSink() = default;

  /// Pieces of text; lines end in "\n".
  virtual void Write(std::string_view text) = 0;
};

}  // namespace flint::runtime
