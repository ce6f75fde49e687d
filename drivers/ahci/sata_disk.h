// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "drivers/ahci/port.h"
#include "drivers/block/block_device.h"
#include "drivers/block/extent_cutter.h"
#include "platforms/base/result.h"

namespace flint::ahci {

/// A disk at a SATA port.
///
/// Each transfer is cut into commands of one piece of memory, which fill all
/// slots of the port. After a command that failed the disk stays usable.
class SataDisk final : public block::BlockDevice {
 public:
  static constexpr uint32_t kRequestBytesMax = 4 << 20;
  static_assert(kRequestBytesMax <= PhysicalRegion::kMaxBytes);

  /// Asks the disk at `port` what it is. The errors of `ParseIdentity`; what
  /// the disk says; kDeviceError or kTimedOut if it cannot be used.
  static Result<block::BlockGeometry> Identify(Port& port);

  /// `name` must outlive the disk.
  SataDisk(const Port& port,
           const block::BlockGeometry& geometry,
           std::string_view name)
      : BlockDevice(geometry, name), port_(port) {}

  Status Quiesce() override { return port_.Stop(); }

 private:
  Status DoRead(std::span<const block::BlockExtent> extents) override;
  Status DoWrite(std::span<const block::ConstBlockExtent> extents) override;
  Status DoFlush() override;

  Status Transfer(block::ExtentCutter extents);

  Port port_;
};

}  // namespace flint::ahci
