// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "efi/abi/status.h"
#include "efi/variables/variable_services.h"

namespace flint::efi {

/// Of the file on the EFI system partition that an operating system keeps for
/// firmware that cannot. [ebbr-2.5 5, Handover variables]
inline constexpr Guid kRuntimeVariableFileGuid =
    Guid::Of("b2ac5fc9-92b7-4acd-aeac-11e818c3130c");

/// What the firmware tells of itself in global variables. [uefi-2.10 3.3]
struct GlobalVariables {
  uint64_t os_indications_supported = 0;
  uint32_t boot_option_support = 0;
  /// An RFC 4646 code.
  std::string_view platform_language = "en";
};

/// Defines the globals at start: SecureBoot = 0, SetupMode = 1, AuditMode = 0,
/// DeployedMode = 0, OsIndicationsSupported, BootOptionSupport,
/// PlatformLangCodes and, if nobody chose one, PlatformLang. Boot order and
/// consoles are the boot manager's. EFI_OUT_OF_RESOURCES if there is no room.
abi::EFI_STATUS DefineGlobals(VariableServices& variables,
                              const GlobalVariables& globals);

/// Tells the operating system that what it sets is lost unless it writes the
/// value of VarToFile to a file of that name in the root of the EFI system
/// partition. `file_name` has no separator. [ebbr-2.5 5]
abi::EFI_STATUS DefineRuntimeVariableFile(VariableServices& variables,
                                          std::string_view file_name);

}  // namespace flint::efi
