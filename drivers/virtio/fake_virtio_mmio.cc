// SPDX-License-Identifier: Apache-2.0
#include "drivers/virtio/fake_virtio_mmio.h"

#include "drivers/virtio/fake_legacy_layout.h"
#include "gtest/gtest.h"

namespace flint::virtio {
namespace {

// Offsets of registers. [virtio-1.2 4.2.2, 4.2.4]
constexpr uint64_t kMagic = 0x000;
constexpr uint64_t kVersion = 0x004;
constexpr uint64_t kDeviceId = 0x008;
constexpr uint64_t kDeviceFeatures = 0x010;
constexpr uint64_t kDeviceFeaturesSelect = 0x014;
constexpr uint64_t kDriverFeatures = 0x020;
constexpr uint64_t kDriverFeaturesSelect = 0x024;
constexpr uint64_t kGuestPageSize = 0x028;
constexpr uint64_t kQueueSelect = 0x030;
constexpr uint64_t kQueueSizeMax = 0x034;
constexpr uint64_t kQueueSize = 0x038;
constexpr uint64_t kQueueAlign = 0x03C;
constexpr uint64_t kQueuePageNumber = 0x040;
constexpr uint64_t kQueueReady = 0x044;
constexpr uint64_t kQueueNotify = 0x050;
constexpr uint64_t kStatus = 0x070;
constexpr uint64_t kQueueDescriptors = 0x080;
constexpr uint64_t kQueueDriver = 0x090;
constexpr uint64_t kQueueDevice = 0x0A0;
constexpr uint64_t kConfigGeneration = 0x0FC;
constexpr uint64_t kConfig = 0x100;

constexpr uint32_t kMagicValue = 0x7472'6976;

}  // namespace

FakeVirtioMmio::FakeVirtioMmio(FakeVirtioDevice& device) : device_(device) {
  BuildIdentity();
  BuildFeatures();
  BuildQueues();
  if (device_.options().legacy) {
    BuildLegacyQueues();
  } else {
    BuildModernQueues();
  }
  BuildConfig();
}

void FakeVirtioMmio::BuildIdentity() {
  registers_.AddRegister(kMagic, 32, kMagicValue);
  registers_.AddRegister(kVersion, 32, device_.options().legacy ? 1 : 2);
  registers_.AddRegister(
      kDeviceId, 32, static_cast<uint32_t>(device_.options().type));
  registers_.AddRegister(kStatus, 32);
  registers_.OnRead(kStatus, [this] { return device_.ReadStatus(); });
  registers_.OnWrite(kStatus, [this](uint32_t value) {
    device_.WriteStatus(static_cast<uint8_t>(value));
    if (value != 0 || !device_.options().legacy) return;
    registers_.set_value(kGuestPageSize, 0);
    registers_.set_value(kQueuePageNumber, 0);
  });
}

void FakeVirtioMmio::BuildFeatures() {
  for (const uint64_t offset : {kDeviceFeatures,
                                kDeviceFeaturesSelect,
                                kDriverFeatures,
                                kDriverFeaturesSelect}) {
    // What is selected before anyone has selected is not to be relied on.
    registers_.AddRegister(offset, 32, 0xFFFF);
  }
  registers_.OnRead(kDeviceFeatures, [this] {
    const uint32_t select = registers_.value(kDeviceFeaturesSelect);
    return select > 1 ? 0
                      : static_cast<uint32_t>(device_.OfferedFeatures() >>
                                              (32 * select));
  });
  registers_.OnWrite(kDriverFeatures, [this](uint32_t value) {
    const uint32_t select = registers_.value(kDriverFeaturesSelect);
    EXPECT_LE(select, device_.options().legacy ? 0u : 1u);
    driver_features_ =
        select == 1 ? driver_features_ | uint64_t{value} << 32 : value;
    if (select == 1 || device_.options().legacy) {
      device_.WriteDriverFeatures(driver_features_);
    }
  });
}

uint16_t FakeVirtioMmio::SelectedQueue() const {
  return static_cast<uint16_t>(registers_.value(kQueueSelect));
}

void FakeVirtioMmio::BuildQueues() {
  registers_.AddRegister(kQueueSelect, 32, 0xFFFF);
  registers_.AddRegister(kQueueSizeMax, 32);
  registers_.OnWrite(kQueueSelect, [this](uint32_t) {
    registers_.set_value(kQueueSizeMax, device_.QueueSizeMax(SelectedQueue()));
  });
  registers_.AddRegister(kQueueSize, 32);
  registers_.AddRegister(kQueueNotify, 32);
  registers_.OnWrite(kQueueNotify, [this](uint32_t value) {
    device_.Notify(static_cast<uint16_t>(value));
  });
}

uint64_t FakeVirtioMmio::Address64(uint64_t offset) const {
  return uint64_t{registers_.value(offset + 4)} << 32 |
         registers_.value(offset);
}

void FakeVirtioMmio::BuildModernQueues() {
  for (const uint64_t offset :
       {kQueueDescriptors, kQueueDriver, kQueueDevice}) {
    registers_.AddRegister(offset, 32);
    registers_.AddRegister(offset + 4, 32);
  }
  registers_.AddRegister(kQueueReady, 32);
  registers_.OnWrite(kQueueReady, [this](uint32_t) {
    device_.EnableQueue(
        SelectedQueue(),
        {.size = static_cast<uint16_t>(registers_.value(kQueueSize)),
         .descriptors = Address64(kQueueDescriptors),
         .available = Address64(kQueueDriver),
         .used = Address64(kQueueDevice)});
  });
  registers_.AddRegister(kConfigGeneration, 32);
  registers_.OnRead(kConfigGeneration,
                    [this] { return device_.ConfigGeneration(); });
}

void FakeVirtioMmio::BuildLegacyQueues() {
  registers_.AddRegister(kGuestPageSize, 32);
  registers_.AddRegister(kQueueAlign, 32);
  registers_.AddRegister(kQueuePageNumber, 32);
  registers_.OnWrite(kQueuePageNumber, [this](uint32_t page_number) {
    EXPECT_EQ(registers_.value(kGuestPageSize), 4096u);
    EXPECT_EQ(registers_.value(kQueueAlign), 4096u);
    device_.EnableQueue(
        SelectedQueue(),
        FakeLegacyLayout(page_number,
                         static_cast<uint16_t>(registers_.value(kQueueSize))));
  });
}

void FakeVirtioMmio::BuildConfig() {
  for (uint64_t offset = 0; offset + 4 <= device_.config().size();
       offset += 4) {
    registers_.AddRegister(kConfig + offset, 32);
    registers_.OnRead(kConfig + offset,
                      [this, offset] { return device_.ReadConfig(offset, 4); });
  }
}

FakeEmptyMmioSlot::FakeEmptyMmioSlot() {
  registers_.AddRegister(kMagic, 32, kMagicValue);
  registers_.AddRegister(kVersion, 32, 1);
  registers_.AddRegister(kDeviceId, 32, 0);
}

}  // namespace flint::virtio
