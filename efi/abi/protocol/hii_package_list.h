// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "efi/abi/protocol/hii_package.h"
#include "efi/abi/types.h"

namespace flint::efi::abi {

/// On the handle of an image that has a resource of type "HII"; the interface
/// is the package list that it holds. [uefi-2.10 7.4.1]
inline constexpr EFI_GUID EFI_HII_PACKAGE_LIST_PROTOCOL_GUID =
    EFI_GUID::Of("6a1ee763-d47a-43b4-aabe-ef1de2ab56fc");

}  // namespace flint::efi::abi
