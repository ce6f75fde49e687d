// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "platforms/base/bytes.h"

namespace flint::fdt {

/// Writes device trees for tests, node by node.
class FakeDeviceTree {
 public:
  FakeDeviceTree& Begin(std::string_view name);
  FakeDeviceTree& End();
  FakeDeviceTree& Nop();
  /// A property of these bytes.
  FakeDeviceTree& Property(std::string_view name, std::string_view value);
  /// A property of 32-bit numbers.
  FakeDeviceTree& Cells(std::string_view name,
                        std::initializer_list<uint32_t> values);
  /// Whatever is wanted in the structure.
  FakeDeviceTree& Append32(uint32_t value);

  /// The tree so far.
  std::string Finish() const;

 private:
  uint32_t NameOffset(std::string_view name);

  std::string structure_;
  std::string strings_;
};

}  // namespace flint::fdt
