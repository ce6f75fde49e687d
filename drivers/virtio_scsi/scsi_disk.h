// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "drivers/block/block_device.h"
#include "drivers/block/extent_cutter.h"
#include "drivers/scsi/command.h"
#include "drivers/scsi/logical_unit.h"
#include "drivers/virtio_scsi/host_adapter.h"
#include "platforms/base/result.h"

namespace flint::virtio_scsi {

/// Carries commands to one logical unit.
class UnitRunner final : public scsi::CommandRunner {
 public:
  UnitRunner(HostAdapter& adapter, const UnitAddress& unit)
      : adapter_(adapter), unit_(unit) {}

  Result<scsi::Outcome> Run(const scsi::Command& command,
                            MutableBytes answer) override;

 private:
  HostAdapter& adapter_;
  UnitAddress unit_;
};

/// A disk, or a CD-ROM drive with a medium, behind virtio-scsi.
class ScsiDisk final : public block::BlockDevice {
 public:
  /// `adapter` and `name` must outlive the disk.
  ScsiDisk(HostAdapter& adapter,
           const UnitAddress& unit,
           const block::BlockGeometry& geometry,
           std::string_view name)
      : BlockDevice(geometry, name), adapter_(adapter), unit_(unit) {}

  /// Resets the adapter, and so stops all its disks.
  Status Quiesce() override { return adapter_.Stop(); }

 private:
  Status DoRead(std::span<const block::BlockExtent> extents) override;
  Status DoWrite(std::span<const block::ConstBlockExtent> extents) override;
  Status DoFlush() override;

  /// Once more, if all that failed was that the unit had something to tell.
  template <typename Extent>
  Status Transfer(std::span<const Extent> extents);
  uint32_t piece_bytes_max() const;

  HostAdapter& adapter_;
  UnitAddress unit_;
};

}  // namespace flint::virtio_scsi
