// SPDX-License-Identifier: Apache-2.0
#include "drivers/virtio/pci_transport.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "drivers/pci/bar.h"
#include "drivers/pci/capability.h"
#include "drivers/virtio/pci_device_type.h"
#include "platforms/base/checked.h"

namespace flint::virtio {
namespace {

/// Most of a device's own configuration that is mapped; no type has as much.
constexpr uint32_t kConfigBytesMax = 4096;

/// Largest size a queue can have. [virtio-1.2 2.7]
constexpr uint16_t kQueueSizeMax = 32768;

/// Kinds of structures. [virtio-1.2 4.1.4]
enum class StructureType : uint8_t { kCommon = 1, kNotify = 2, kDevice = 4 };

/// A virtio structure capability: [virtio-1.2 4.1.4], as offsets from its
/// start. Length and type are the two bytes of `Capability::body`.
struct StructureCapability {
  static constexpr uint16_t kBar = 4;
  static constexpr uint16_t kOffset = 8;
  static constexpr uint16_t kLength = 12;
  static constexpr uint16_t kSizeBytes = 16;
  static constexpr uint16_t kNotifyMultiplier = 16;
  static constexpr uint16_t kNotifySizeBytes = 20;
};

// The common configuration structure. [virtio-1.2 4.1.4.3]
struct DeviceFeatureSelect : io::Register<uint32_t, 0x00> {};
struct DeviceFeature : io::Register<uint32_t, 0x04> {};
struct DriverFeatureSelect : io::Register<uint32_t, 0x08> {};
struct DriverFeature : io::Register<uint32_t, 0x0C> {};
struct StatusRegister : io::Register<uint8_t, 0x14> {};
struct ConfigGeneration : io::Register<uint8_t, 0x15> {};
struct QueueSelect : io::Register<uint16_t, 0x16> {};
struct QueueSize : io::Register<uint16_t, 0x18> {};
struct QueueEnable : io::Register<uint16_t, 0x1C> {
  static constexpr Value kEnabled = 1;
};
struct QueueNotifyOffset : io::Register<uint16_t, 0x1E> {};
struct QueueDescriptors : io::Register<uint64_t, 0x20> {};
struct QueueDriver : io::Register<uint64_t, 0x28> {};
struct QueueDevice : io::Register<uint64_t, 0x30> {};
constexpr uint32_t kCommonSizeBytes = 0x38;

/// What is written to a doorbell: the queue's number. [virtio-1.2 4.1.5.2]
struct Doorbell : io::Register<uint16_t, 0x00> {};

uint32_t MinimumSizeBytes(StructureType type) {
  switch (type) {
    case StructureType::kCommon:
      return kCommonSizeBytes;
    case StructureType::kNotify:
      return sizeof(Doorbell::Value);
    case StructureType::kDevice:
      return 1;
  }
  return std::numeric_limits<uint32_t>::max();
}

}  // namespace

/// The structures found so far.
struct PciTransport::Structures {
  std::optional<Structure> common;
  std::optional<Structure> notify;
  std::optional<Structure> device;
  uint32_t notify_multiplier = 0;
  /// Why the first unusable one is.
  std::optional<Error> problem;
};

/// Reads the capabilities of one function. A device may offer a structure
/// several times, the best place first: the first that is usable is taken.
class PciTransport::CapabilityReader {
 public:
  CapabilityReader(pci::PciConfig& config, const pci::Function& function)
      : config_(config), function_(function) {}

  Structures ReadAll() {
    Structures found;
    pci::CapabilityWalk walk(config_, function_.address);
    while (const auto capability = walk.Next()) {
      if (capability->id != pci::Capability::kVendorSpecific) continue;
      ReadOne(*capability, found);
    }
    return found;
  }

 private:
  void ReadOne(const pci::Capability& capability, Structures& found) {
    const auto type = static_cast<StructureType>(capability.body[1]);
    std::optional<Structure>* place = PlaceFor(type, found);
    if (place == nullptr || *place) return;
    const Result<Structure> structure = Locate(capability, type);
    if (!structure) {
      if (!found.problem) found.problem = structure.error();
      return;
    }
    *place = *structure;
    if (type == StructureType::kNotify) {
      found.notify_multiplier =
          Field(capability, StructureCapability::kNotifyMultiplier);
    }
  }

  /// Null for structures the driver does not use.
  static std::optional<Structure>* PlaceFor(StructureType type,
                                            Structures& found) {
    switch (type) {
      case StructureType::kCommon:
        return &found.common;
      case StructureType::kNotify:
        return &found.notify;
      case StructureType::kDevice:
        return &found.device;
    }
    return nullptr;
  }

  Result<Structure> Locate(const pci::Capability& capability,
                           StructureType type) {
    constexpr uint16_t kConfigHeaderBytes = 256;
    const uint16_t size_bytes = type == StructureType::kNotify
                                    ? StructureCapability::kNotifySizeBytes
                                    : StructureCapability::kSizeBytes;
    if (capability.body[0] < size_bytes ||
        capability.offset + size_bytes > kConfigHeaderBytes) {
      return Fail(ErrorCode::kCorrupt, "virtio PCI capability is too short");
    }
    const auto bar_index = static_cast<uint8_t>(
        Field(capability, StructureCapability::kBar) & 0xFF);
    const pci::Bar bar = TRY(BarAt(bar_index));
    const uint32_t offset = Field(capability, StructureCapability::kOffset);
    const uint32_t length = Field(capability, StructureCapability::kLength);
    if (length < MinimumSizeBytes(type)) {
      return Fail(ErrorCode::kCorrupt, "virtio PCI structure is too short");
    }
    return Place(bar, offset, length);
  }

  /// BARs are not measured, so the structure's own length is what counts. It
  /// cannot be checked against the BAR, but it need not be: the device decides
  /// what is there anyway, and the mapper refuses what is not a device's.
  static Result<Structure> Place(const pci::Bar& bar,
                                 uint32_t offset,
                                 uint32_t length) {
    if (bar.space != pci::Bar::Space::kMemory) {
      return Fail(ErrorCode::kUnsupported,
                  "virtio PCI structure is in I/O space");
    }
    if (!bar.assigned()) {
      return Fail(ErrorCode::kUnsupported,
                  "virtio PCI BAR has no address assigned");
    }
    const uint64_t last_address = bar.is_64_bit
                                      ? std::numeric_limits<uint64_t>::max()
                                      : std::numeric_limits<uint32_t>::max();
    const uint64_t size_bytes = uint64_t{offset} + length;
    if (size_bytes - 1 > last_address - bar.address) {
      return Fail(ErrorCode::kCorrupt,
                  "virtio PCI structure leaves the address space");
    }
    constexpr uint32_t kAlignmentBytes = 4;
    if (!IsAligned(offset, kAlignmentBytes)) {
      return Fail(ErrorCode::kCorrupt, "virtio PCI structure is misaligned");
    }
    return Structure{.address = bar.address + offset, .size_bytes = length};
  }

  Result<pci::Bar> BarAt(uint8_t index) {
    if (!last_bar_ || last_bar_index_ != index) {
      last_bar_ = pci::ReadBar(config_, function_, index);
      last_bar_index_ = index;
    }
    return *last_bar_;
  }

  uint32_t Field(const pci::Capability& capability, uint16_t offset) {
    return config_.Read32(function_.address,
                          static_cast<uint16_t>(capability.offset + offset));
  }

  pci::PciConfig& config_;
  const pci::Function& function_;
  /// Mostly all structures share one BAR: it is read once.
  std::optional<Result<pci::Bar>> last_bar_;
  uint8_t last_bar_index_ = 0;
};

Result<PciTransport> PciTransport::Create(pci::PciConfig& config,
                                          const pci::Function& function,
                                          io::DeviceMapper& mapper) {
  const std::optional<DeviceType> type = DeviceTypeOf(config, function);
  if (!type) return Fail(ErrorCode::kNotFound, "not a virtio device");
  const Structures found = CapabilityReader(config, function).ReadAll();
  if (!found.common || !found.notify) {
    if (found.problem) return std::unexpected(*found.problem);
    if (IsTransitional(function)) {
      return Fail(ErrorCode::kUnsupported,
                  "virtio device has only the legacy interface");
    }
    return Fail(ErrorCode::kCorrupt,
                "virtio PCI device lacks its common or notify structure");
  }
  pci::EnableMemoryAndBusMaster(config, function.address);
  io::RegisterIo* const common =
      TRY(mapper.Map(found.common->address, kCommonSizeBytes));
  io::RegisterIo* device_config = nullptr;
  if (found.device) {
    device_config =
        TRY(mapper.Map(found.device->address,
                       std::min(found.device->size_bytes, kConfigBytesMax)));
  }
  return PciTransport(*type,
                      mapper,
                      *common,
                      device_config,
                      *found.notify,
                      found.notify_multiplier);
}

uint8_t PciTransport::ReadStatus() { return common_->Read<StatusRegister>(); }

void PciTransport::WriteStatus(uint8_t status) {
  common_->Write<StatusRegister>(status);
}

uint64_t PciTransport::ReadDeviceFeatures() {
  common_->Write<DeviceFeatureSelect>(0);
  const uint64_t low = common_->Read<DeviceFeature>();
  common_->Write<DeviceFeatureSelect>(1);
  const uint64_t high = common_->Read<DeviceFeature>();
  return high << 32 | low;
}

void PciTransport::WriteDriverFeatures(uint64_t features) {
  common_->Write<DriverFeatureSelect>(0);
  common_->Write<DriverFeature>(static_cast<uint32_t>(features));
  common_->Write<DriverFeatureSelect>(1);
  common_->Write<DriverFeature>(static_cast<uint32_t>(features >> 32));
}

Result<QueueOffer> PciTransport::OfferOf(uint16_t queue) {
  common_->Write<QueueSelect>(queue);
  const uint16_t size = common_->Read<QueueSize>();
  if (size == 0) {
    return Fail(ErrorCode::kNotFound, "virtio device lacks a queue");
  }
  if (size > kQueueSizeMax) {
    return Fail(ErrorCode::kDeviceError, "virtio queue size is out of range");
  }
  return QueueOffer{.size_max = size};
}

Status PciTransport::EnableQueue(uint16_t queue, const QueueSetup& setup) {
  if (queue >= kQueueCountMax) {
    return Fail(ErrorCode::kUnsupported, "virtio queue number is too large");
  }
  common_->Write<QueueSelect>(queue);
  const uint64_t doorbell_offset =
      uint64_t{common_->Read<QueueNotifyOffset>()} * notify_multiplier_;
  if (!IsAligned(doorbell_offset, uint64_t{sizeof(Doorbell::Value)}) ||
      doorbell_offset > notify_.size_bytes - sizeof(Doorbell::Value)) {
    return Fail(ErrorCode::kDeviceError,
                "virtio queue is notified outside the notify structure");
  }
  doorbells_[queue] = TRY(
      mapper_->Map(notify_.address + doorbell_offset, sizeof(Doorbell::Value)));
  common_->Write<QueueSize>(setup.size);
  common_->Write<QueueDescriptors>(setup.descriptors);
  common_->Write<QueueDriver>(setup.available);
  common_->Write<QueueDevice>(setup.used);
  common_->Write<QueueEnable>(QueueEnable::kEnabled);
  return {};
}

void PciTransport::Notify(uint16_t queue) {
  doorbells_[queue]->Write<Doorbell>(queue);
}

uint64_t PciTransport::config_size_bytes() const {
  return config_ == nullptr ? 0 : config_->size_bytes();
}

uint8_t PciTransport::ReadConfig8(uint32_t offset) {
  return config_->Read8(offset);
}

uint16_t PciTransport::ReadConfig16(uint32_t offset) {
  return config_->Read16(offset);
}

uint32_t PciTransport::ReadConfig32(uint32_t offset) {
  return config_->Read32(offset);
}

uint32_t PciTransport::ReadConfigGeneration() {
  return common_->Read<ConfigGeneration>();
}

}  // namespace flint::virtio
