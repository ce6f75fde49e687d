// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "efi/device_path/text.h"

namespace flint::efi {

/// Writes a SAS device and topology word as its four arguments: SAS or SATA,
/// location, connection, drive bay. [uefi-2.10 10.3.4.20]
void PutSasTopology(uint16_t topology, TextWriter& out);

/// Takes those four arguments.
uint16_t TakeSasTopology(Arguments& arguments);

}  // namespace flint::efi
