// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>

#include "drivers/block/disk_controller_fixture.h"
#include "drivers/io/fake_device_mapper.h"
#include "drivers/nvme/fake_nvme.h"
#include "drivers/nvme/nvme_probe.h"
#include "drivers/pci/fake_pci_config.h"
#include "platforms/base/bytes.h"

namespace flint::nvme {

/// A machine with one NVMe controller, whose registers are behind PCI.
class NvmeTest : public block::DiskControllerTest {
 protected:
  static constexpr uint64_t kRegisters = 0x80'0000'0000;

  NvmeTest() {
    clock_.OnRelax([this] { controller().Work(); });
    function_.SetBar(
        0, {.address = kRegisters, .size_bytes = 0x4000, .is_64_bit = true});
    PutIn({});
  }

  /// Replaces the controller.
  void PutIn(const FakeNvme::Options& options) {
    mapper_ = {};
    controllers_.emplace_back(memory_, options);
    mapper_.AddWindow(kRegisters, controller().registers());
  }

  FakeNvme& controller() { return controllers_.back(); }

  FakeNvme::Namespace& AddNamespace(FakeNvme::Namespace fields = {},
                                    uint64_t size_bytes = kMiB) {
    fields.contents = AddContents(size_bytes, fields.id);
    return controller().AddNamespace(fields);
  }

  MutableBytes OnDisk(uint64_t offset, uint64_t size_bytes) {
    return MutableBytes(contents_[0]).subspan(offset, size_bytes);
  }

  void AddDisks() override {
    AddNvme(config_,
            {.address = {0, 0, 3, 0},
             .vendor_id = 0x1B36,
             .device_id = 0x0010,
             .header_layout = 0},
            mapper_,
            resources(),
            list_);
  }

  pci::FakePciConfig config_;
  pci::FakeFunction& function_ =
      config_.AddFunction({0, 0, 3, 0}, 0x1B36, 0x0010);
  io::FakeDeviceMapper mapper_;
  std::deque<FakeNvme> controllers_;
};

}  // namespace flint::nvme
