// SPDX-License-Identifier: Apache-2.0
#include "efi/variables/variable_globals.h"

#include <algorithm>
#include <array>
#include <span>

#include "efi/abi/runtime_services.h"
#include "platforms/base/bytes.h"
#include "platforms/base/endian.h"

namespace flint::efi {
namespace {

using abi::EFI_GLOBAL_VARIABLE;
using abi::EFI_STATUS;
using Kind = VariableServices::Kind;

constexpr uint32_t kVolatile =
    abi::EFI_VARIABLE_BOOTSERVICE_ACCESS | abi::EFI_VARIABLE_RUNTIME_ACCESS;

/// Text with its NUL, in bytes of a fixed size.
struct NulTerminated {
  static constexpr size_t kMaxSize = 64;

  explicit NulTerminated(std::string_view text)
      : size(std::min(text.size(), kMaxSize - 1) + 1) {
    text.copy(bytes.data(), size - 1);
  }
  Bytes view() const { return std::as_bytes(std::span(bytes).first(size)); }

  std::array<char, kMaxSize> bytes{};
  size_t size;
};

template <typename T>
EFI_STATUS DefineReadOnly(VariableServices& variables,
                          std::u16string_view name,
                          const T& value) {
  return variables.Define(name,
                          EFI_GLOBAL_VARIABLE,
                          kVolatile,
                          std::as_bytes(std::span(&value, 1)),
                          Kind::kReadOnly);
}

/// The first error, if there is any.
EFI_STATUS Both(EFI_STATUS a, EFI_STATUS b) {
  return abi::EFI_ERROR(a) ? a : b;
}

EFI_STATUS DefineSecurity(VariableServices& variables) {
  EFI_STATUS status = DefineReadOnly(variables, u"SecureBoot", uint8_t{0});
  // Keys may be there from a firmware that checks signatures; they bind nobody
  // as long as SecureBoot is 0.
  const bool has_platform_key =
      variables.Find(u"PK", EFI_GLOBAL_VARIABLE).has_value();
  status =
      Both(status,
           DefineReadOnly(variables, u"SetupMode", uint8_t{!has_platform_key}));
  status = Both(status, DefineReadOnly(variables, u"AuditMode", uint8_t{0}));
  return Both(status, DefineReadOnly(variables, u"DeployedMode", uint8_t{0}));
}

EFI_STATUS DefineLanguage(VariableServices& variables,
                          std::string_view language) {
  const NulTerminated text(language);
  const EFI_STATUS status = variables.Define(u"PlatformLangCodes",
                                             EFI_GLOBAL_VARIABLE,
                                             kVolatile,
                                             text.view(),
                                             Kind::kReadOnly);
  if (variables.Find(u"PlatformLang", EFI_GLOBAL_VARIABLE)) return status;
  return Both(status,
              variables.Define(u"PlatformLang",
                               EFI_GLOBAL_VARIABLE,
                               kVolatile | abi::EFI_VARIABLE_NON_VOLATILE,
                               text.view()));
}

}  // namespace

EFI_STATUS DefineGlobals(VariableServices& variables,
                         const GlobalVariables& globals) {
  EFI_STATUS status = DefineSecurity(variables);
  status = Both(status,
                DefineReadOnly(variables,
                               u"OsIndicationsSupported",
                               Le64(globals.os_indications_supported)));
  status = Both(
      status,
      DefineReadOnly(
          variables, u"BootOptionSupport", Le32(globals.boot_option_support)));
  return Both(status, DefineLanguage(variables, globals.platform_language));
}

EFI_STATUS DefineRuntimeVariableFile(VariableServices& variables,
                                     std::string_view file_name) {
  const NulTerminated text(file_name);
  const EFI_STATUS status = variables.Define(u"RTStorageVolatile",
                                             kRuntimeVariableFileGuid,
                                             kVolatile,
                                             text.view(),
                                             Kind::kReadOnly);
  return Both(status,
              variables.Define(u"VarToFile",
                               kRuntimeVariableFileGuid,
                               kVolatile,
                               {},
                               Kind::kStoreFile));
}

}  // namespace flint::efi
