// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

#include "drivers/block/block_device.h"
#include "drivers/block/extent_cutter.h"
#include "drivers/nvme/controller.h"
#include "platforms/base/result.h"

namespace flint::nvme {

/// A namespace of an NVMe controller.
class NvmeDisk final : public block::BlockDevice {
 public:
  /// `controller` and `name` must outlive the disk.
  NvmeDisk(Controller& controller,
           const NamespaceInfo& info,
           std::string_view name)
      : BlockDevice(info.geometry, name),
        controller_(controller),
        namespace_id_(info.id) {}

  /// Stops the controller, and so all its disks.
  Status Quiesce() override { return controller_.Stop(); }

 private:
  Status DoRead(std::span<const block::BlockExtent> extents) override;
  Status DoWrite(std::span<const block::ConstBlockExtent> extents) override;
  Status DoFlush() override;

  Status Transfer(block::ExtentCutter extents);

  Controller& controller_;
  uint32_t namespace_id_;
};

}  // namespace flint::nvme
