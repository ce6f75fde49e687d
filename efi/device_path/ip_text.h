// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "efi/abi/types.h"
#include "efi/device_path/text.h"

namespace flint::efi {

/// Writes "192.168.0.1".
void PutIpv4(const abi::EFI_IPv4_ADDRESS& address, TextWriter& out);

/// Reads it; missing parts are zero.
abi::EFI_IPv4_ADDRESS ReadIpv4(TextReader text);

/// Writes eight groups of four digits, none left out.
void PutIpv6(const abi::EFI_IPv6_ADDRESS& address, TextWriter& out);

/// Reads groups of up to four digits; "::" stands for as many zero groups as
/// are missing. [rfc-4291 2.2]
abi::EFI_IPv6_ADDRESS ReadIpv6(TextReader text);

}  // namespace flint::efi
