// SPDX-License-Identifier: Apache-2.0
#include "drivers/chipset/chipset.h"

#include <algorithm>
#include <array>

#include "drivers/chipset/model.h"
#include "drivers/pci/registers.h"

namespace flint::chipset {
namespace {

constexpr pci::Address kHostBridge{
    .segment = 0, .bus = 0, .device = 0, .function = 0};

/// Interrupt lines of PIRQA# to PIRQD#, which PIRQE# to PIRQH# share.
constexpr std::array<uint8_t, 4> kPirqLines{10, 10, 11, 11};

// Which interrupts are levels rather than edges, for both controllers.
struct LevelTriggered0To7 : io::Register<uint8_t, 0x4D0> {};
struct LevelTriggered8To15 : io::Register<uint8_t, 0x4D1> {};

constexpr uint8_t kLevelLines10And11 = 1 << (10 - 8) | 1 << (11 - 8);

constexpr uint64_t kDeviceMemoryStep = uint64_t{512} << 20;
constexpr uint64_t kLowestDeviceMemory = uint64_t{2} << 30;

void Write(pci::PciConfig& config, const ConfigWrite& write) {
  switch (write.width_bits) {
    case 8:
      config.Write8(
          write.address, write.offset, static_cast<uint8_t>(write.value));
      break;
    case 16:
      config.Write16(
          write.address, write.offset, static_cast<uint16_t>(write.value));
      break;
    default:
      config.Write32(write.address, write.offset, write.value);
      break;
  }
}

}  // namespace

Result<Chipset> Chipset::Find(pci::PciConfig& config) {
  const uint32_t host_bridge = config.Read<pci::VendorAndDevice>(kHostBridge);
  for (const Model* model : kModels) {
    if (model->host_bridge != host_bridge) continue;
    const uint32_t south_bridge =
        config.Read<pci::VendorAndDevice>(model->south_bridge_address);
    if (std::ranges::find(model->south_bridges, south_bridge) !=
        model->south_bridges.end()) {
      return Chipset(*model);
    }
  }
  return Fail(ErrorCode::kNotFound, "no chipset that waits for firmware");
}

void Chipset::Start(pci::PciConfig& config, io::RegisterIo& ports) const {
  for (const ConfigWrite& write : model_->set_up) Write(config, write);
  ports.Write<LevelTriggered0To7>(0);
  ports.Write<LevelTriggered8To15>(kLevelLines10And11);
}

std::optional<AddressRange> Chipset::configuration_window() const {
  if (model_->configuration_window.size_bytes == 0) return std::nullopt;
  return model_->configuration_window;
}

std::span<const AddressRange> Chipset::reserved() const {
  return model_->reserved;
}

uint64_t Chipset::DeviceMemoryStart(uint64_t ram_end) const {
  const AddressRange& window = model_->configuration_window;
  const uint64_t start =
      (ram_end + kDeviceMemoryStep - 1) & ~(kDeviceMemoryStep - 1);
  return std::max(
      {start, window.address + window.size_bytes, kLowestDeviceMemory});
}

uint8_t Chipset::InterruptLine(uint8_t device, uint8_t pin) const {
  const uint8_t rotation = device < model_->first_unrotated_device
                               ? device + model_->rotation_offset
                               : 0;
  return kPirqLines[(pin - 1u + rotation) % kPirqLines.size()];
}

}  // namespace flint::chipset
