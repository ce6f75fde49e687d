// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "efi/abi/system_table.h"
#include "efi/abi/types.h"
#include "platforms/base/format.h"

/// The function an image starts with; each image defines it.
extern "C" flint::efi::abi::EFI_STATUS EFIAPI
EfiMain(flint::efi::abi::EFI_HANDLE image,
        flint::efi::abi::EFI_SYSTEM_TABLE* system);

namespace flint::efi_testing {

/// Writes lines to an application's console.
class Console {
 public:
  explicit Console(efi::abi::EFI_SYSTEM_TABLE* system) : system_(system) {}

  /// Writes ASCII and ends the line; cut at 240 characters.
  void WriteLine(std::string_view text);

  /// The same, formatted as by `FormatTo`.
  template <typename... Arguments>
  void WriteFormat(std::string_view format, const Arguments&... arguments) {
    FixedText<240> line;
    line.AppendFormat(format, arguments...);
    WriteLine(line.view());
  }

 private:
  efi::abi::EFI_SYSTEM_TABLE* system_;
};

}  // namespace flint::efi_testing
