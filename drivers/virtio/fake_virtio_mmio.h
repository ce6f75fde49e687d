// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "drivers/io/fake_register_io.h"
#include "drivers/virtio/fake_virtio_device.h"

namespace flint::virtio {

/// Puts a `FakeVirtioDevice` behind virtio-mmio registers: of version 1 if it
/// is a legacy device, else of version 2. Registers take only 32-bit accesses,
/// and those of the other version are not there.
class FakeVirtioMmio {
 public:
  static constexpr uint64_t kSizeBytes = 0x200;

  /// `device` must outlive the result.
  explicit FakeVirtioMmio(FakeVirtioDevice& device);
  FakeVirtioMmio(const FakeVirtioMmio&) = delete;
  FakeVirtioMmio& operator=(const FakeVirtioMmio&) = delete;

  io::FakeRegisterIo& registers() { return registers_; }

 private:
  void BuildIdentity();
  void BuildFeatures();
  void BuildQueues();
  void BuildModernQueues();
  void BuildLegacyQueues();
  void BuildConfig();
  uint16_t SelectedQueue() const;
  uint64_t Address64(uint64_t offset) const;

  FakeVirtioDevice& device_;
  io::FakeRegisterIo registers_{kSizeBytes};
  uint64_t driver_features_ = 0;
};

/// A slot without a device, as QEMU has them: all there, but of type 0.
class FakeEmptyMmioSlot {
 public:
  FakeEmptyMmioSlot();
  io::FakeRegisterIo& registers() { return registers_; }

 private:
  io::FakeRegisterIo registers_{FakeVirtioMmio::kSizeBytes};
};

}  // namespace flint::virtio
