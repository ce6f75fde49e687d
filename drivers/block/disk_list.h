// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "drivers/block/attachment.h"
#include "drivers/block/block_device.h"
#include "platforms/base/format.h"
#include "platforms/base/result.h"

namespace flint::block {

/// A disk that was found, whether it works or not; or a controller that does
/// not, and hides whatever disks it has.
struct Disk {
  /// "nvme namespace 1 at pci 0000:00:03.0": the device's name, too.
  FixedText<80> name;
  Attachment attachment;
  /// Null if it does not work.
  BlockDevice* device = nullptr;
  /// Why there is no `device`.
  Status status;
};

/// The machine's disks, of every kind, in the order they are tried in: that of
/// the buses. The drivers' probes add to it.
///
/// A drive for removable media without a medium is no disk.
class DiskList final {
 public:
  /// `storage` must be fresh.
  explicit DiskList(std::span<Disk> storage) : storage_(storage) {}
  DiskList(const DiskList&) = delete;
  DiskList& operator=(const DiskList&) = delete;

  /// Adds a disk, for the caller to fill in `device` or `status`; it stays
  /// where it is. `kind` is what it is called: "virtio-blk", "ahci disk". If
  /// there is no room, the disk is named in a warning, and the result null.
  Disk* Add(std::string_view kind, const Attachment& attachment);

  /// Adds a disk, or a controller, that does not work.
  void AddFailure(std::string_view kind,
                  const Attachment& attachment,
                  const Error& error);

  std::span<Disk> disks() { return storage_.first(count_); }

 private:
  std::span<Disk> storage_;
  size_t count_ = 0;
};

}  // namespace flint::block
