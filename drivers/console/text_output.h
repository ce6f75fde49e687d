// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace flint::console {

/// A device that shows bytes: a serial port, a hypervisor's debug port.
class TextOutput {
 public:
  virtual ~TextOutput() = default;

  /// Sends the bytes as they are. What cannot be sent in reasonable time is
  /// dropped: output never keeps a machine from booting.
  virtual void Write(std::string_view bytes) = 0;

  /// Waits, in reasonable time, until everything written has really left.
  virtual void Flush() {}
};

}  // namespace flint::console
