// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "efi/abi/load_option.h"
#include "efi/device_path/device_path.h"
#include "platforms/base/bytes.h"
#include "platforms/base/result.h"

namespace flint::efi {

/// A load option known to be well formed: a view of the bytes of a variable
/// such as Boot0001. [uefi-2.10 3.1.3]
class LoadOption {
 public:
  /// The option that `bytes` are. kTruncated: they end within it. kCorrupt: its
  /// list of paths is empty, or does not end where it says.
  static Result<LoadOption> Parse(Bytes bytes);

  uint32_t attributes() const { return attributes_; }
  bool is_active() const {
    return (attributes_ & abi::LOAD_OPTION_ACTIVE) != 0;
  }
  /// Not to be offered to the user.
  bool is_hidden() const {
    return (attributes_ & abi::LOAD_OPTION_HIDDEN) != 0;
  }
  /// For booting, rather than for the user to start from a menu.
  bool is_for_booting() const {
    return (attributes_ & abi::LOAD_OPTION_CATEGORY) ==
           abi::LOAD_OPTION_CATEGORY_BOOT;
  }

  /// Writes the description as UTF-8, cut where `out` ends.
  std::string_view Description(std::span<char> out) const;

  /// Where the program is.
  DevicePath path() const;

  /// All paths of the list; what the others are for is up to who wrote them.
  Bytes paths() const { return paths_; }

  /// What the program is given as its load options; may be empty.
  Bytes optional_data() const { return optional_data_; }

 private:
  LoadOption() = default;

  uint32_t attributes_ = 0;
  Bytes description_;  // UTF-16 without its NUL
  Bytes paths_;
  Bytes optional_data_;
};

/// What a load option is made of.
struct LoadOptionParts {
  uint32_t attributes = abi::LOAD_OPTION_ACTIVE;
  std::u16string_view description = {};
  std::span<const DevicePath> paths = {};
  Bytes optional_data = {};
};

/// Writes a load option to the front of `out`. kInvalidArgument: no path, a
/// NUL in the description, or more paths than an option can have. kNoMemory:
/// it does not fit.
Result<Bytes> BuildLoadOption(const LoadOptionParts& parts, MutableBytes out);

}  // namespace flint::efi
