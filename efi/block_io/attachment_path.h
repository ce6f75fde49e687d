// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "drivers/block/attachment.h"
#include "drivers/pci/pci_config.h"
#include "drivers/pci/scan.h"
#include "efi/device_path/path_writer.h"
#include "platforms/base/result.h"

namespace flint::efi {

/// Appends the nodes of a disk: its controller's, and if that has several disks
/// the one that tells which it is: Sata(), NVMe() or Scsi().
/// [uefi-2.10 10.3.4]
///
/// A controller on virtio-mmio has a vendor's node with the address of its
/// registers, the same as in EDK II. The errors of `AppendPciPath`.
Status AppendAttachmentPath(pci::PciConfig& config,
                            std::span<const pci::Function> functions,
                            const block::Attachment& attachment,
                            PathWriter& path);

}  // namespace flint::efi
