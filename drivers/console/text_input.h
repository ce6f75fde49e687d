// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

namespace flint::console {

/// A device on which someone types bytes: a serial port.
class TextInput {
 public:
  virtual ~TextInput() = default;

  /// A byte that has come in, if any; never waits.
  virtual std::optional<uint8_t> ReadByte() = 0;
};

}  // namespace flint::console
