// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>

#include "drivers/ahci/ahci_probe.h"
#include "drivers/ahci/fake_ahci.h"
#include "drivers/block/disk_controller_fixture.h"
#include "drivers/io/fake_device_mapper.h"
#include "drivers/pci/fake_pci_config.h"

namespace flint::ahci {

/// A machine with one AHCI adapter, whose registers are behind PCI.
class AhciTest : public block::DiskControllerTest {
 protected:
  static constexpr uint64_t kRegisters = 0xFEBD'5000;

  AhciTest() {
    clock_.OnRelax([this] { adapter().Work(); });
    function_.SetBar(5, {.address = kRegisters, .size_bytes = 0x2000});
    PutIn({});
  }

  /// Replaces the adapter.
  void PutIn(const FakeAhci::Options& options) {
    mapper_ = {};
    adapters_.emplace_back(memory_, options);
    mapper_.AddWindow(kRegisters, adapter().registers());
  }

  FakeAhci& adapter() { return adapters_.back(); }

  FakeAhci::Device& AddDisk(uint32_t port,
                            uint64_t size_bytes = kMiB,
                            uint32_t block_size_bytes = 512) {
    return adapter().AddDevice(port,
                               {.block_size_bytes = block_size_bytes,
                                .contents = AddContents(size_bytes, port)});
  }

  /// A CD-ROM drive.
  FakeAhci::Device& AddDrive(uint32_t port, scsi::FakeLogicalUnit& unit) {
    return adapter().AddDevice(port, {.signature = 0xEB14'0101, .unit = &unit});
  }

  void AddDisks() override {
    AddAhci(config_,
            {.address = {0, 0, 0x1F, 2},
             .vendor_id = 0x8086,
             .device_id = 0x2922,
             .header_layout = 0},
            mapper_,
            resources(),
            list_);
  }

  pci::FakePciConfig config_;
  pci::FakeFunction& function_ =
      config_.AddFunction({0, 0, 0x1F, 2}, 0x8086, 0x2922);
  io::FakeDeviceMapper mapper_;
  std::deque<FakeAhci> adapters_;
};

}  // namespace flint::ahci
