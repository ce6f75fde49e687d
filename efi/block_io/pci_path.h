// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "drivers/pci/pci_config.h"
#include "drivers/pci/scan.h"
#include "efi/device_path/path_writer.h"
#include "platforms/base/result.h"

namespace flint::efi {

/// Appends the nodes of a PCI function: its root, the bridges on the way, and
/// itself. `functions` are all that a scan found. [uefi-2.10 10.4.2]
///
/// The root's UID is the number of its first bus: 0 where there is one root.
/// kNotFound: no root or bridge leads to the function.
Status AppendPciPath(pci::PciConfig& config,
                     std::span<const pci::Function> functions,
                     const pci::Address& address,
                     PathWriter& path);

}  // namespace flint::efi
