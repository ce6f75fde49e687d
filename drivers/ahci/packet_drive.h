// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "drivers/ahci/port.h"
#include "drivers/block/block_device.h"
#include "drivers/block/extent_cutter.h"
#include "drivers/scsi/command.h"
#include "drivers/scsi/logical_unit.h"
#include "platforms/base/result.h"

namespace flint::ahci {

/// Carries SCSI commands to the packet device at a port, and asks it what was
/// wrong when it failed. [acs-4 7.18]
class PacketRunner final : public scsi::CommandRunner {
 public:
  explicit PacketRunner(Port& port) : port_(port) {}

  Result<scsi::Outcome> Run(const scsi::Command& command,
                            MutableBytes answer) override;

  /// Why the last command failed: none but this may come between.
  Result<scsi::Sense> AskWhy();

 private:
  Port& port_;
};

/// A CD-ROM drive with a medium at a SATA port. Read-only.
class PacketDrive final : public block::BlockDevice {
 public:
  static constexpr uint32_t kRequestBytesMax = 2 << 20;
  static_assert(kRequestBytesMax <= PhysicalRegion::kMaxBytes);

  /// Asks the drive at `port` what it is; the results of `scsi::Identify`.
  static Result<std::optional<scsi::LogicalUnit>> Identify(Port& port,
                                                           clock::Clock& clock);

  /// `name` must outlive the drive.
  PacketDrive(const Port& port,
              const block::BlockGeometry& geometry,
              std::string_view name)
      : BlockDevice(geometry, name), port_(port) {}

  Status Quiesce() override { return port_.Stop(); }

 private:
  Status DoRead(std::span<const block::BlockExtent> extents) override;
  Status DoWrite(std::span<const block::ConstBlockExtent> extents) override;
  Status DoFlush() override { return {}; }

  Port port_;
};

}  // namespace flint::ahci
