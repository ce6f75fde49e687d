// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "drivers/io/fake_register_io.h"
#include "drivers/pci/fake_pci_config.h"
#include "drivers/virtio/fake_virtio_device.h"

namespace flint::virtio {

/// Puts a legacy `FakeVirtioDevice` on PCI: a function whose first BAR is I/O
/// ports, each of which takes only accesses of its own width.
class FakeLegacyVirtioPci {
 public:
  struct Options {
    pci::Address address{0, 0, 3, 0};
    uint16_t device_id = 0x1001;
    pci::FakeBar bar{.address = 0xC000, .size_bytes = 0x80, .io = true};
    bool has_msi_x = true;
    /// Somebody left it on: the configuration has moved.
    bool msi_x_is_on = false;
  };

  /// All must outlive the result; `ports` has all I/O ports.
  FakeLegacyVirtioPci(FakeVirtioDevice& device,
                      pci::FakePciConfig& config,
                      io::FakeRegisterIo& ports,
                      const Options& options);
  FakeLegacyVirtioPci(const FakeLegacyVirtioPci&) = delete;
  FakeLegacyVirtioPci& operator=(const FakeLegacyVirtioPci&) = delete;

  pci::FakeFunction& function() { return function_; }

 private:
  void BuildFunction(const Options& options);
  void BuildFeaturesAndStatus();
  void BuildQueues();
  void BuildConfig(uint64_t offset);

  FakeVirtioDevice& device_;
  pci::FakeFunction& function_;
  io::FakeRegisterIo& ports_;
  uint64_t base_;
};

}  // namespace flint::virtio
