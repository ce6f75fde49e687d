// SPDX-License-Identifier: Apache-2.0
#include "drivers/block/disk_list.h"

#include "platforms/base/log.h"

namespace flint::block {
namespace {

using Name = decltype(Disk::name);

void AppendUnit(const Attachment& attachment, Name& name) {
  switch (attachment.unit) {
    case Attachment::Unit::kWhole:
      break;
    case Attachment::Unit::kSataPort:
      name.AppendFormat(" port {}", attachment.number);
      break;
    case Attachment::Unit::kNvmeNamespace:
      name.AppendFormat(" namespace {}", attachment.number);
      break;
    case Attachment::Unit::kScsi:
      name.AppendFormat(" target {} lun {}", attachment.number, attachment.lun);
      break;
  }
}

void AppendController(const Attachment& attachment, Name& name) {
  switch (attachment.bus) {
    case Attachment::Bus::kPci:
      name.AppendFormat(" at {}", pci::NameOf(attachment.function).view());
      break;
    case Attachment::Bus::kVirtioMmio:
      name.AppendFormat(" at mmio {:x}", attachment.mmio_address);
      break;
  }
}

Name NameOf(std::string_view kind, const Attachment& attachment) {
  Name name(kind);
  AppendUnit(attachment, name);
  AppendController(attachment, name);
  return name;
}

}  // namespace

Disk* DiskList::Add(std::string_view kind, const Attachment& attachment) {
  const Name name = NameOf(kind, attachment);
  if (count_ == storage_.size()) {
    log::Warning("too many disks: {} is left out", name.view());
    return nullptr;
  }
  Disk& disk = storage_[count_++];
  disk.name = name;
  disk.attachment = attachment;
  return &disk;
}

void DiskList::AddFailure(std::string_view kind,
                          const Attachment& attachment,
                          const Error& error) {
  if (Disk* const disk = Add(kind, attachment)) {
    disk->status = std::unexpected(error);
  }
}

}  // namespace flint::block
