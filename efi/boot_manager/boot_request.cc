// SPDX-License-Identifier: Apache-2.0
#include "efi/boot_manager/boot_request.h"

#include <algorithm>
#include <span>
#include <string_view>

#include "efi/abi/runtime_services.h"
#include "efi/loader_interface/loader_interface.h"
#include "platforms/base/bytes.h"

namespace flint::efi {
namespace {

bool StartsWith(Bytes name, std::u16string_view start) {
  const Bytes wanted = std::as_bytes(std::span(start));
  return name.size() >= wanted.size() &&
         std::ranges::equal(name.first(wanted.size()), wanted);
}

}  // namespace

bool IsBootRequest(const VariableKey& key) {
  // BootOrder and BootNext; Boot#### are nothing without them.
  if (key.vendor == abi::EFI_GLOBAL_VARIABLE) {
    return StartsWith(key.name, u"BootOrder") ||
           StartsWith(key.name, u"BootNext") ||
           StartsWith(key.name, u"Timeout") ||
           StartsWith(key.name, u"OsIndications");
  }
  return key.vendor == kLoaderInterfaceGuid &&
         (StartsWith(key.name, u"LoaderEntry") ||
          StartsWith(key.name, u"LoaderConfig"));
}

}  // namespace flint::efi
