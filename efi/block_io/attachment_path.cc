// SPDX-License-Identifier: Apache-2.0
#include "efi/block_io/attachment_path.h"

#include <cstdint>

#include "efi/block_io/pci_path.h"
#include "efi/device_path/nodes.h"

namespace flint::efi {
namespace {

using block::Attachment;

void AppendUnit(const Attachment& attachment, PathWriter& path) {
  // Controllers have far fewer ports and targets.
  const auto number = static_cast<uint16_t>(attachment.number);
  switch (attachment.unit) {
    case Attachment::Unit::kWhole:
      return;
    case Attachment::Unit::kSataPort:
      path.Append(nodes::Sata(number, nodes::kNoPortMultiplier, 0));
      return;
    case Attachment::Unit::kNvmeNamespace:
      path.Append(nodes::NvmeNamespace(attachment.number, attachment.eui64));
      return;
    case Attachment::Unit::kScsi:
      path.Append(nodes::Scsi(number, attachment.lun));
      return;
  }
}

}  // namespace

Status AppendAttachmentPath(pci::PciConfig& config,
                            std::span<const pci::Function> functions,
                            const Attachment& attachment,
                            PathWriter& path) {
  switch (attachment.bus) {
    case Attachment::Bus::kPci:
      TRY(AppendPciPath(config, functions, attachment.function, path));
      break;
    case Attachment::Bus::kVirtioMmio:
      path.Append(nodes::VirtioMmio(attachment.mmio_address));
      break;
  }
  AppendUnit(attachment, path);
  return {};
}

}  // namespace flint::efi
