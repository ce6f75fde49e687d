// SPDX-License-Identifier: Apache-2.0
#include "drivers/virtio/mmio_transport.h"

#include <limits>

#include "drivers/virtio/legacy_queue.h"

namespace flint::virtio {
namespace {

/// Largest size a queue can have. [virtio-1.2 2.7]
constexpr uint32_t kQueueSizeMax = 32768;

// All registers have 32 bits and are accessed as that. [virtio-1.2 4.2.2]
struct MagicValue : io::Register<uint32_t, 0x000> {
  static constexpr Value kVirtio = 0x7472'6976;
};
struct Version : io::Register<uint32_t, 0x004> {
  static constexpr Value kLegacy = 1;
  static constexpr Value kModern = 2;
};
struct DeviceId : io::Register<uint32_t, 0x008> {
  static constexpr Value kNone = 0;
};
struct DeviceFeatures : io::Register<uint32_t, 0x010> {};
struct DeviceFeaturesSelect : io::Register<uint32_t, 0x014> {};
struct DriverFeatures : io::Register<uint32_t, 0x020> {};
struct DriverFeaturesSelect : io::Register<uint32_t, 0x024> {};
struct QueueSelect : io::Register<uint32_t, 0x030> {};
struct QueueSizeMax : io::Register<uint32_t, 0x034> {};
struct QueueSize : io::Register<uint32_t, 0x038> {};
struct QueueNotify : io::Register<uint32_t, 0x050> {};
struct StatusRegister : io::Register<uint32_t, 0x070> {};

// Only in version 2.
struct QueueReady : io::Register<uint32_t, 0x044> {
  static constexpr Value kReady = 1;
};
struct QueueDescriptors : io::Register<uint64_t, 0x080> {};
struct QueueDriver : io::Register<uint64_t, 0x090> {};
struct QueueDevice : io::Register<uint64_t, 0x0A0> {};
struct ConfigGeneration : io::Register<uint32_t, 0x0FC> {};

// Only in version 1. [virtio-1.2 4.2.4]
struct GuestPageSize : io::Register<uint32_t, 0x028> {};
struct QueueAlign : io::Register<uint32_t, 0x03C> {};
struct QueuePageNumber : io::Register<uint32_t, 0x040> {};

constexpr uint32_t kConfigOffset = MmioTransport::kRegistersSizeBytes;

}  // namespace

Result<MmioTransport> MmioTransport::Create(io::RegisterIo& registers) {
  if (registers.size_bytes() < kRegistersSizeBytes) {
    return Fail(ErrorCode::kCorrupt, "virtio-mmio registers are too short");
  }
  if (registers.Read<MagicValue>() != MagicValue::kVirtio) {
    return Fail(ErrorCode::kNotFound, "no virtio-mmio device is there");
  }
  const uint32_t version = registers.Read<Version>();
  if (version != Version::kLegacy && version != Version::kModern) {
    return Fail(ErrorCode::kUnsupported, "unknown version of virtio-mmio");
  }
  const uint32_t id = registers.Read<DeviceId>();
  if (id == DeviceId::kNone) {
    return Fail(ErrorCode::kNotFound, "virtio-mmio slot is empty");
  }
  if (id > std::numeric_limits<uint16_t>::max()) {
    return Fail(ErrorCode::kUnsupported, "unknown type of virtio-mmio device");
  }
  return MmioTransport(
      registers, static_cast<DeviceType>(id), version == Version::kLegacy);
}

uint8_t MmioTransport::ReadStatus() {
  return static_cast<uint8_t>(registers_->Read<StatusRegister>());
}

void MmioTransport::WriteStatus(uint8_t status) {
  registers_->Write<StatusRegister>(status);
}

uint64_t MmioTransport::ReadDeviceFeatures() {
  registers_->Write<DeviceFeaturesSelect>(0);
  const uint64_t low = registers_->Read<DeviceFeatures>();
  if (legacy_) return low;
  registers_->Write<DeviceFeaturesSelect>(1);
  const uint64_t high = registers_->Read<DeviceFeatures>();
  return high << 32 | low;
}

void MmioTransport::WriteDriverFeatures(uint64_t features) {
  registers_->Write<DriverFeaturesSelect>(0);
  registers_->Write<DriverFeatures>(static_cast<uint32_t>(features));
  if (legacy_) return;
  registers_->Write<DriverFeaturesSelect>(1);
  registers_->Write<DriverFeatures>(static_cast<uint32_t>(features >> 32));
}

bool MmioTransport::QueueInUse() {
  return legacy_ ? registers_->Read<QueuePageNumber>() != 0
                 : registers_->Read<QueueReady>() != 0;
}

Result<QueueOffer> MmioTransport::OfferOf(uint16_t queue) {
  registers_->Write<QueueSelect>(queue);
  if (QueueInUse()) {
    return Fail(ErrorCode::kDeviceError, "virtio queue is already in use");
  }
  const uint32_t size = registers_->Read<QueueSizeMax>();
  if (size == 0) {
    return Fail(ErrorCode::kNotFound, "virtio device lacks a queue");
  }
  if (size > kQueueSizeMax) {
    return Fail(ErrorCode::kDeviceError, "virtio queue size is out of range");
  }
  QueueOffer offer{.size_max = static_cast<uint16_t>(size)};
  if (legacy_) offer.last_address = kLegacyLastAddress;
  return offer;
}

Status MmioTransport::EnableQueue(uint16_t queue, const QueueSetup& setup) {
  const uint32_t page_number = legacy_ ? TRY(LegacyPageNumberOf(setup)) : 0;
  registers_->Write<QueueSelect>(queue);
  registers_->Write<QueueSize>(setup.size);
  if (legacy_) {
    // Not with the first steps, as the specification has it: a reset may have
    // forgotten it, and nothing needs it earlier.
    registers_->Write<GuestPageSize>(kLegacyPageSizeBytes);
    registers_->Write<QueueAlign>(kLegacyPageSizeBytes);
    registers_->Write<QueuePageNumber>(page_number);
    return {};
  }
  registers_->Write<QueueDescriptors>(setup.descriptors);
  registers_->Write<QueueDriver>(setup.available);
  registers_->Write<QueueDevice>(setup.used);
  registers_->Write<QueueReady>(QueueReady::kReady);
  return {};
}

void MmioTransport::Notify(uint16_t queue) {
  registers_->Write<QueueNotify>(queue);
}

uint64_t MmioTransport::config_size_bytes() const {
  return registers_->size_bytes() - kConfigOffset;
}

uint8_t MmioTransport::ReadConfig8(uint32_t offset) {
  return registers_->Read8(kConfigOffset + offset);
}

uint16_t MmioTransport::ReadConfig16(uint32_t offset) {
  return registers_->Read16(kConfigOffset + offset);
}

uint32_t MmioTransport::ReadConfig32(uint32_t offset) {
  return registers_->Read32(kConfigOffset + offset);
}

uint32_t MmioTransport::ReadConfigGeneration() {
  return legacy_ ? 0 : registers_->Read<ConfigGeneration>();
}

}  // namespace flint::virtio
