// SPDX-License-Identifier: Apache-2.0
#include "drivers/virtio/fake_virtio_pci.h"

#include <array>
#include <utility>

#include "drivers/pci/capability.h"
#include "drivers/pci/registers.h"

namespace flint::virtio {
namespace {

// Offsets in the common configuration structure. [virtio-1.2 4.1.4.3]
constexpr uint64_t kDeviceFeatureSelect = 0x00;
constexpr uint64_t kDeviceFeature = 0x04;
constexpr uint64_t kDriverFeatureSelect = 0x08;
constexpr uint64_t kDriverFeature = 0x0C;
constexpr uint64_t kStatus = 0x14;
constexpr uint64_t kConfigGeneration = 0x15;
constexpr uint64_t kQueueSelect = 0x16;
constexpr uint64_t kQueueSize = 0x18;
constexpr uint64_t kQueueEnable = 0x1C;
constexpr uint64_t kQueueNotifyOffset = 0x1E;
constexpr uint64_t kQueueDescriptors = 0x20;
constexpr uint64_t kQueueDriver = 0x28;
constexpr uint64_t kQueueDevice = 0x30;

constexpr uint16_t kVendorId = 0x1AF4;
constexpr uint32_t kNotifyBytes = 0x1000;

void Append32(std::vector<uint8_t>& bytes, uint32_t value) {
  for (int i = 0; i < 4; ++i) {
    bytes.push_back(static_cast<uint8_t>(value >> (8 * i)));
  }
}

}  // namespace

std::vector<FakeStructure> FakeVirtioPci::QemuStructures() {
  return {{.type = FakeStructure::kPciAccess, .bar = 0, .length = 0},
          {.type = FakeStructure::kNotify, .offset = 0x3000},
          {.type = FakeStructure::kDevice, .offset = 0x2000},
          {.type = FakeStructure::kIsr, .offset = 0x1000},
          {.type = FakeStructure::kCommon, .offset = 0x0000}};
}

std::vector<FakeStructure> FakeVirtioPci::CloudHypervisorStructures() {
  return {
      {.type = FakeStructure::kCommon, .bar = 0, .length = 56},
      {.type = FakeStructure::kIsr, .bar = 0, .offset = 0x2000, .length = 1},
      {.type = FakeStructure::kDevice, .bar = 0, .offset = 0x4000},
      {.type = FakeStructure::kNotify, .bar = 0, .offset = 0x6000},
      {.type = FakeStructure::kPciAccess, .bar = 0, .length = 0}};
}

FakeVirtioPci::FakeVirtioPci(FakeVirtioDevice& device,
                             pci::FakePciConfig& config,
                             io::FakeDeviceMapper& mapper,
                             const Options& options)
    : device_(device),
      function_(
          config.AddFunction(options.address, kVendorId, options.device_id)) {
  function_.Set16(pci::Subsystem::kOffset + 2,
                  static_cast<uint16_t>(device.options().type));
  for (const auto& [index, bar] : options.bars) function_.SetBar(index, bar);
  BuildCommon(options);
  BuildNotify();
  BuildConfig();
  for (const FakeStructure& structure : options.structures) {
    AddCapability(structure);
    Place(structure, mapper, options);
  }
}

void FakeVirtioPci::AddCapability(const FakeStructure& structure) {
  const bool notify = structure.type == FakeStructure::kNotify;
  const bool wide = structure.type == FakeStructure::kSharedMemory;
  uint8_t size = structure.capability_size;
  if (size == 0) size = wide ? 24 : notify ? 20 : 16;
  std::vector<uint8_t> body{size, structure.type, structure.bar, 0, 0, 0};
  Append32(body, structure.offset);
  Append32(body, structure.length);
  if (notify) Append32(body, structure.notify_multiplier);
  if (wide) {
    // The high halves of offset and length.
    Append32(body, 1);
    Append32(body, 1);
  }
  function_.AddCapability(pci::Capability::kVendorSpecific, body);
}

void FakeVirtioPci::Place(const FakeStructure& structure,
                          io::FakeDeviceMapper& mapper,
                          const Options& options) {
  const auto bar = options.bars.find(structure.bar);
  if (bar == options.bars.end() || bar->second.io) return;
  const uint64_t address = bar->second.address + structure.offset;
  switch (structure.type) {
    case FakeStructure::kCommon:
      return mapper.AddWindow(address, common_);
    case FakeStructure::kNotify:
      return mapper.AddWindow(address, notify_);
    case FakeStructure::kDevice:
      return mapper.AddWindow(address, config_);
    default:
      return;
  }
}

void FakeVirtioPci::BuildCommon(const Options& options) {
  for (const uint64_t offset : {kDeviceFeatureSelect,
                                kDeviceFeature,
                                kDriverFeatureSelect,
                                kDriverFeature}) {
    common_.AddRegister(offset, 32);
  }
  common_.OnRead(kDeviceFeature, [this] {
    const uint32_t select = common_.value(kDeviceFeatureSelect);
    return select > 1 ? 0
                      : static_cast<uint32_t>(device_.OfferedFeatures() >>
                                              (32 * select));
  });
  common_.OnWrite(kDriverFeature, [this](uint32_t value) {
    const bool high = common_.value(kDriverFeatureSelect) == 1;
    driver_features_ = high ? driver_features_ | uint64_t{value} << 32 : value;
    if (high) device_.WriteDriverFeatures(driver_features_);
  });
  common_.AddRegister(kStatus, 8);
  common_.OnRead(kStatus, [this] { return device_.ReadStatus(); });
  common_.OnWrite(kStatus, [this](uint32_t value) {
    device_.WriteStatus(static_cast<uint8_t>(value));
  });
  common_.AddRegister(kConfigGeneration, 8);
  common_.OnRead(kConfigGeneration,
                 [this] { return device_.ConfigGeneration(); });
  BuildQueueRegisters(options.queue_notify_offset);
}

void FakeVirtioPci::BuildQueueRegisters(uint16_t notify_offset) {
  common_.AddRegister(kQueueSelect, 16, 0xFFFF);
  common_.AddRegister(kQueueSize, 16);
  common_.OnWrite(kQueueSelect, [this](uint32_t value) {
    common_.set_value(kQueueSize,
                      device_.QueueSizeMax(static_cast<uint16_t>(value)));
  });
  common_.AddRegister(kQueueNotifyOffset, 16, notify_offset);
  for (uint64_t half = kQueueDescriptors; half < 0x38; half += 4) {
    common_.AddRegister(half, 32);
  }
  common_.AddRegister(kQueueEnable, 16);
  common_.OnWrite(kQueueEnable, [this](uint32_t) {
    device_.EnableQueue(
        static_cast<uint16_t>(common_.value(kQueueSelect)),
        {.size = static_cast<uint16_t>(common_.value(kQueueSize)),
         .descriptors = Address64(kQueueDescriptors),
         .available = Address64(kQueueDriver),
         .used = Address64(kQueueDevice)});
  });
}

uint64_t FakeVirtioPci::Address64(uint64_t offset) const {
  return uint64_t{common_.value(offset + 4)} << 32 | common_.value(offset);
}

void FakeVirtioPci::BuildNotify() {
  for (uint64_t offset = 0; offset < kNotifyBytes; offset += 2) {
    notify_.AddRegister(offset, 16);
    notify_.OnWrite(offset, [this](uint32_t value) {
      device_.Notify(static_cast<uint16_t>(value));
    });
  }
}

void FakeVirtioPci::BuildConfig() {
  for (uint64_t offset = 0; offset + 4 <= device_.config().size();
       offset += 4) {
    config_.AddRegister(offset, 32);
    config_.OnRead(offset,
                   [this, offset] { return device_.ReadConfig(offset, 4); });
  }
}

}  // namespace flint::virtio
