// SPDX-License-Identifier: Apache-2.0
#include "drivers/virtio/legacy_pci_transport.h"

#include <algorithm>
#include <optional>

#include "drivers/io/register_window.h"
#include "drivers/pci/bar.h"
#include "drivers/pci/capability.h"
#include "drivers/virtio/legacy_queue.h"
#include "drivers/virtio/pci_device_type.h"

namespace flint::virtio {
namespace {

constexpr uint8_t kRegistersBar = 0;

/// Largest size a queue can have. [virtio-1.2 2.7]
constexpr uint16_t kQueueSizeMax = 32768;

// [virtio-1.2 4.1.4.10]
struct DeviceFeatures : io::Register<uint32_t, 0> {};
struct DriverFeatures : io::Register<uint32_t, 4> {};
struct QueuePageNumber : io::Register<uint32_t, 8> {};
struct QueueSize : io::Register<uint16_t, 12> {};
struct QueueSelect : io::Register<uint16_t, 14> {};
struct QueueNotify : io::Register<uint16_t, 16> {};
struct StatusRegister : io::Register<uint8_t, 18> {};

// Where the device's own configuration begins: behind the vectors of MSI-X, if
// that is on.
constexpr uint16_t kConfigOffset = 20;
constexpr uint16_t kConfigOffsetWithMsiX = 24;

/// Most ports a BAR can ask for. [pci-3.0 6.2.5.1]
constexpr uint32_t kMaxPorts = 256;
constexpr uint32_t kPortCount = 0x1'0000;

bool MsiXIsOn(pci::PciConfig& config, const pci::Address& address) {
  /// Of the second byte of Message Control. [pci-3.0 6.8.2.3]
  constexpr uint8_t kEnable = 1 << 7;
  pci::CapabilityWalk walk(config, address);
  while (const auto capability = walk.Next()) {
    if (capability->id != pci::Capability::kMsiX) continue;
    return (capability->body[1] & kEnable) != 0;
  }
  return false;
}

}  // namespace

Result<LegacyPciTransport> LegacyPciTransport::Create(
    pci::PciConfig& config,
    const pci::Function& function,
    io::RegisterIo& ports) {
  const std::optional<DeviceType> type = DeviceTypeOf(config, function);
  if (!type || !IsTransitional(function)) {
    return Fail(ErrorCode::kNotFound, "not a legacy virtio device");
  }
  const pci::Bar bar = TRY(pci::ReadBar(config, function, kRegistersBar));
  if (bar.space != pci::Bar::Space::kIo) {
    return Fail(ErrorCode::kUnsupported,
                "legacy virtio device has no I/O ports");
  }
  if (!bar.assigned()) {
    return Fail(ErrorCode::kUnsupported,
                "legacy virtio device has no I/O ports assigned");
  }
  if (bar.address >= kPortCount - kConfigOffsetWithMsiX) {
    return Fail(ErrorCode::kCorrupt,
                "legacy virtio device has impossible I/O ports");
  }
  const uint16_t config_offset = MsiXIsOn(config, function.address)
                                     ? kConfigOffsetWithMsiX
                                     : kConfigOffset;
  pci::EnableIoAndBusMaster(config, function.address);
  const auto first_port = static_cast<uint16_t>(bar.address);
  return LegacyPciTransport(*type,
                            ports,
                            first_port,
                            static_cast<uint16_t>(first_port + config_offset));
}

template <typename R>
typename R::Value LegacyPciTransport::Read() {
  return io::RegisterWindow(*ports_, first_port_, kMaxPorts).Read<R>();
}

template <typename R>
void LegacyPciTransport::Write(typename R::Value value) {
  io::RegisterWindow(*ports_, first_port_, kMaxPorts).Write<R>(value);
}

uint8_t LegacyPciTransport::ReadStatus() { return Read<StatusRegister>(); }

void LegacyPciTransport::WriteStatus(uint8_t status) {
  Write<StatusRegister>(status);
}

uint64_t LegacyPciTransport::ReadDeviceFeatures() {
  return Read<DeviceFeatures>();
}

void LegacyPciTransport::WriteDriverFeatures(uint64_t features) {
  Write<DriverFeatures>(static_cast<uint32_t>(features));
}

Result<QueueOffer> LegacyPciTransport::OfferOf(uint16_t queue) {
  Write<QueueSelect>(queue);
  const uint16_t size = Read<QueueSize>();
  if (size == 0) {
    return Fail(ErrorCode::kNotFound, "virtio device lacks a queue");
  }
  if (size > kQueueSizeMax) {
    return Fail(ErrorCode::kDeviceError, "virtio queue size is out of range");
  }
  if (Read<QueuePageNumber>() != 0) {
    return Fail(ErrorCode::kDeviceError, "virtio queue is already in use");
  }
  return QueueOffer{
      .size_max = size, .size_fixed = true, .last_address = kLegacyLastAddress};
}

Status LegacyPciTransport::EnableQueue(uint16_t queue,
                                       const QueueSetup& setup) {
  const uint32_t page_number = TRY(LegacyPageNumberOf(setup));
  Write<QueueSelect>(queue);
  Write<QueuePageNumber>(page_number);
  return {};
}

void LegacyPciTransport::Notify(uint16_t queue) { Write<QueueNotify>(queue); }

uint64_t LegacyPciTransport::config_size_bytes() const {
  return std::min(first_port_ + kMaxPorts, kPortCount) - config_port_;
}

uint8_t LegacyPciTransport::ReadConfig8(uint32_t offset) {
  return ports_->Read8(config_port_ + offset);
}

uint16_t LegacyPciTransport::ReadConfig16(uint32_t offset) {
  return ports_->Read16(config_port_ + offset);
}

uint32_t LegacyPciTransport::ReadConfig32(uint32_t offset) {
  return ports_->Read32(config_port_ + offset);
}

}  // namespace flint::virtio
