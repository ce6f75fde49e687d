// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "efi/abi/boot_services.h"

namespace flint::efi {

/// The functions of the boot services table, which forward to the current
/// `Environment`. The header is empty.
abi::EFI_BOOT_SERVICES BootServicesFunctions();

}  // namespace flint::efi
