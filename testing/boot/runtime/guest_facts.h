// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace flint::boot_test {

/// What a guest said of itself, one line a fact: "FLINT-GUEST name: value".
class GuestFacts {
 public:
  GuestFacts() = default;
  /// All facts in what a serial port said.
  explicit GuestFacts(std::string_view serial);

  /// The values of that name, in order; none if nothing was said.
  const std::vector<std::string>& Lines(std::string_view name) const;

  /// The same as one text, its lines separated by newlines.
  std::string Text(std::string_view name) const;

 private:
  std::map<std::string, std::vector<std::string>, std::less<>> lines_;
};

}  // namespace flint::boot_test
