// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "efi/abi/load_option.h"
#include "efi/device_path/device_path.h"
#include "efi/variables/variable_services.h"
#include "platforms/base/bytes.h"
#include "platforms/base/result.h"

namespace flint::efi {

/// What of OsIndications is obeyed: the variable OsIndicationsSupported.
inline constexpr uint64_t kOsIndicationsSupported =
    abi::EFI_OS_INDICATIONS_BOOT_TO_FW_UI;

/// What BootOrder lists: at most so many options are looked at.
struct BootOrder {
  static constexpr size_t kMaxCount = 256;

  std::array<uint16_t, kMaxCount> numbers;
  size_t count = 0;

  std::span<const uint16_t> view() const {
    return std::span(numbers).first(count);
  }
};

/// The global variables that tell the boot manager what to do. What is in them
/// comes from operating systems, and is hostile. [uefi-2.10 3.3]
class BootVariables final {
 public:
  explicit BootVariables(VariableServices variables) : variables_(variables) {}

  /// The option to boot this once. The variable is deleted, and if it cannot
  /// be, there is no such option: it would be booted for ever. Nothing if there
  /// is none, or it makes no sense.
  std::optional<uint16_t> TakeBootNext();

  /// Without numbers that occurred before. Empty if there is none, or it makes
  /// no sense.
  BootOrder ReadBootOrder() const;

  /// The bytes of Boot####; valid until a variable changes.
  std::optional<Bytes> FindOption(uint16_t number) const;

  /// Tells which option is being booted. kNoMemory: there is no room.
  Status SetBootCurrent(uint16_t number);

  /// Says that what is being booted is no option.
  void ClearBootCurrent();

  /// How many seconds to wait for the user, if anybody said so; UINT32_MAX: for
  /// ever.
  std::optional<uint32_t> ReadTimeoutSeconds() const;

  /// True if an operating system asked for the firmware's menu at this start.
  /// Takes the request back.
  bool TakeMenuRequest();

  /// Tells where the console is: ConIn, ConOut and ErrOut, unless somebody
  /// chose otherwise, and the devices that can be chosen. kNoMemory.
  Status DefineConsole(const DevicePath& path);

 private:
  VariableServices variables_;
};

/// What an option's variable is called: "Boot0001".
std::array<char, 8> OptionName(uint16_t number);

}  // namespace flint::efi
