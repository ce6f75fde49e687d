// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace flint::runtime {

/// A place in a program that is not ours.
struct NamedPlace {
  /// Of the program; lives as long as the program is loaded.
  std::string_view name;
  /// From the program's first byte.
  uint64_t offset;
};

/// Knows the programs that we have loaded, for last words. It is asked with the
/// machine in any state, perhaps from an exception: it must only read.
class AddressNames {
 public:
  virtual ~AddressNames() = default;

  /// The program that the address lies in, if any.
  virtual std::optional<NamedPlace> Describe(uint64_t address) const = 0;
};

}  // namespace flint::runtime
