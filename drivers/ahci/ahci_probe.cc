// SPDX-License-Identifier: Apache-2.0
#include "drivers/ahci/ahci_probe.h"

#include <optional>
#include <string_view>

#include "drivers/ahci/packet_drive.h"
#include "drivers/ahci/port.h"
#include "drivers/ahci/registers.h"
#include "drivers/ahci/sata_disk.h"
#include "drivers/io/register_window.h"
#include "drivers/pci/bar.h"
#include "platforms/base/log.h"

namespace flint::ahci {
namespace {

constexpr uint8_t kRegistersBar = 5;
constexpr uint64_t kResetTimeoutNs = clock::kNanosecondsPerSecond;

/// How long a device has for its first sign of life. [sata-3.4 8.4.2]
constexpr uint64_t kHelloNs = 15 * clock::kNanosecondsPerMillisecond;

constexpr std::string_view kAdapterKind = "ahci";
constexpr std::string_view kDiskKind = "ahci disk";
constexpr std::string_view kDriveKind = "ahci cd-rom";

uint64_t PortOffset(uint32_t port) {
  return kFirstPortOffset + port * kPortBytes;
}

/// An adapter on its way up.
class Adapter {
 public:
  Adapter(io::RegisterIo& registers,
          const block::Attachment& attachment,
          const io::DriverResources& resources,
          block::DiskList& disks)
      : registers_(registers),
        attachment_(attachment),
        resources_(resources),
        disks_(disks) {}

  Status Start() {
    registers_.Write<GlobalControl>(GlobalControl::kAhciEnable);
    const uint32_t capabilities = registers_.Read<Capabilities>();
    const uint32_t ports = FindDevices(capabilities);
    if (ports == 0) return {};
    TRY(Reset());
    const Port::Options options{
        .slot_count = Capabilities::SlotCount(capabilities),
        .has_64_bit_addresses =
            (capabilities & Capabilities::k64BitAddresses) != 0};
    for (uint32_t port = 0; port < kMaxPorts; ++port) {
      if ((ports >> port & 1) == 0) continue;
      if (const Status started = StartPort(port, options); !started) {
        disks_.AddFailure(
            kAdapterKind, attachment_.SataPort(port), started.error());
      }
    }
    return {};
  }

 private:
  /// The ports at which there is somebody: their links are up by themselves,
  /// and long since, unless the adapter waits to be told.
  uint32_t FindDevices(uint32_t capabilities) {
    const uint32_t implemented = registers_.Read<PortsImplemented>();
    if ((capabilities & Capabilities::kStaggeredSpinUp) != 0) {
      WakePorts(implemented);
    }
    uint32_t ports = 0;
    for (uint32_t port = 0; port < kMaxPorts; ++port) {
      if ((implemented >> port & 1) == 0) continue;
      const uint32_t status =
          registers_.Read32(PortOffset(port) + SataStatus::kOffset);
      if ((status & SataStatus::kDetectionMask) != SataStatus::kNoDevice) {
        ports |= uint32_t{1} << port;
      }
    }
    return ports;
  }

  // [ahci-1.3.1 10.1.1]
  void WakePorts(uint32_t ports) {
    for (uint32_t port = 0; port < kMaxPorts; ++port) {
      if ((ports >> port & 1) == 0) continue;
      registers_.Write32(
          PortOffset(port) + CommandAndStatus::kOffset,
          CommandAndStatus::kSpinUp | CommandAndStatus::kPowerOn);
    }
    const clock::Deadline answered(resources_.clock, kHelloNs);
    while (!answered.Passed()) {
    }
  }

  // [ahci-1.3.1 10.4.3]
  Status Reset() {
    registers_.Write<GlobalControl>(GlobalControl::kAhciEnable |
                                    GlobalControl::kReset);
    const clock::Deadline deadline(resources_.clock, kResetTimeoutNs);
    while ((registers_.Read<GlobalControl>() & GlobalControl::kReset) != 0) {
      if (deadline.Passed()) {
        return Fail(ErrorCode::kTimedOut, "SATA controller does not reset");
      }
    }
    registers_.Write<GlobalControl>(GlobalControl::kAhciEnable);
    return {};
  }

  Status StartPort(uint32_t number, const Port::Options& options) {
    io::RegisterWindow& registers =
        *TRY(resources_.arena.Create<io::RegisterWindow>(
            registers_, PortOffset(number), kPortBytes));
    Port port = TRY(Port::Start(registers, resources_, options));
    const Status used = UseDevice(number, port);
    // Nobody else will stop it.
    if (!used || !port_is_used_) static_cast<void>(port.Stop());
    return used;
  }

  Status UseDevice(uint32_t number, Port& port) {
    port_is_used_ = false;
    switch (port.device()) {
      case Port::Device::kDisk:
        return Use<SataDisk>(
            kDiskKind, number, port, TRY(SataDisk::Identify(port)));
      case Port::Device::kPacketDevice: {
        const auto unit = TRY(PacketDrive::Identify(port, resources_.clock));
        if (!unit) break;
        return Use<PacketDrive>(kDriveKind, number, port, unit->geometry);
      }
      case Port::Device::kOther:
        break;
    }
    log::Debug("nothing to boot from at SATA port {}", number);
    return {};
  }

  template <typename Device>
  Status Use(std::string_view kind,
             uint32_t number,
             const Port& port,
             const block::BlockGeometry& geometry) {
    auto& device = *TRY(resources_.arena.Create<std::optional<Device>>());
    block::Disk* const disk = disks_.Add(kind, attachment_.SataPort(number));
    if (disk == nullptr) return {};
    disk->device = &device.emplace(port, geometry, disk->name.view());
    port_is_used_ = true;
    return {};
  }

  io::RegisterIo& registers_;
  const block::Attachment& attachment_;
  const io::DriverResources& resources_;
  block::DiskList& disks_;
  bool port_is_used_ = false;
};

Result<io::RegisterIo*> Reach(pci::PciConfig& config,
                              const pci::Function& function,
                              io::DeviceMapper& mapper) {
  const pci::Bar bar = TRY(pci::ReadBar(config, function, kRegistersBar));
  if (bar.space != pci::Bar::Space::kMemory || !bar.assigned()) {
    return Fail(ErrorCode::kUnsupported,
                "SATA controller has no address assigned");
  }
  pci::EnableMemoryAndBusMaster(config, function.address);
  return mapper.Map(bar.address, kRegisterBytes);
}

}  // namespace

void AddAhci(pci::PciConfig& config,
             const pci::Function& function,
             io::DeviceMapper& mapper,
             const io::DriverResources& resources,
             block::DiskList& disks) {
  const auto attachment = block::Attachment::OnPci(function.address);
  const auto registers = Reach(config, function, mapper);
  const Status started =
      registers ? Adapter(**registers, attachment, resources, disks).Start()
                : std::unexpected(registers.error());
  if (!started) disks.AddFailure(kAdapterKind, attachment, started.error());
}

}  // namespace flint::ahci
