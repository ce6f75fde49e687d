// SPDX-License-Identifier: Apache-2.0
#include "drivers/pci_assignment/assignment.h"

#include "drivers/pci/registers.h"
#include "drivers/pci_assignment/bridge.h"
#include "drivers/pci_assignment/resources.h"
#include "drivers/pci_assignment/topology.h"

namespace flint::pci {
namespace {

struct InterruptLine : io::Register<uint8_t, 0x3C> {};
struct InterruptPin : io::Register<uint8_t, 0x3D> {};

constexpr uint8_t kPinCount = 4;
constexpr uint8_t kDisplayBaseClass = 0x03;

/// Writes what was found into the functions.
class Writer {
 public:
  Writer(PciConfig& config, const Topology& topology)
      : config_(config), topology_(topology) {}

  /// Also clears what found no place: there are still ones in it.
  void WriteResource(const Resource& resource) const {
    const Address& address = topology_.functions[resource.function].address;
    if (resource.bar == Resource::kWindow) {
      const uint64_t base = resource.address.value_or(0);
      const uint64_t size = resource.address ? resource.size_bytes : 0;
      WriteWindow(
          config_, address, resource.space, {.base = base, .end = base + size});
      return;
    }
    const auto offset =
        static_cast<uint16_t>(BaseAddress0::kOffset + resource.bar * 4);
    const uint64_t base = resource.address.value_or(0);
    config_.Write32(address, offset, static_cast<uint32_t>(base));
    if (resource.is_64_bit) {
      config_.Write32(address,
                      static_cast<uint16_t>(offset + 4),
                      static_cast<uint32_t>(base >> 32));
    }
  }

  void WriteInterruptLine(const Function& function,
                          const InterruptRouting& routing) const {
    uint8_t pin = config_.Read<InterruptPin>(function.address);
    if (pin == 0 || pin > kPinCount) return;
    uint8_t device = function.address.device;
    // Each bridge passes pins on, rotated by the device's number.
    // [pci-bridge-1.2 9.1]
    const Bus* bus = &topology_.buses[function.address.bus];
    while (bus->bridge) {
      pin = static_cast<uint8_t>((pin - 1 + device) % kPinCount + 1);
      const Address& bridge = topology_.functions[*bus->bridge].address;
      device = bridge.device;
      bus = &topology_.buses[bridge.bus];
    }
    config_.Write<InterruptLine>(function.address, routing.Line(device, pin));
  }

 private:
  PciConfig& config_;
  const Topology& topology_;
};

/// What each function is to decode.
class Commands {
 public:
  explicit Commands(std::span<uint16_t> commands) : commands_(commands) {}

  void Take(const Resource& resource) {
    uint16_t& command = commands_[resource.function];
    if (resource.bar == Resource::kWindow) {
      // What is behind it may be plugged in later.
      command = Command::kIoSpace | Command::kMemorySpace | Command::kBusMaster;
    } else if (resource.address) {
      command |= resource.space == Space::kIo ? Command::kIoSpace
                                              : Command::kMemorySpace;
    }
  }

  void Write(PciConfig& config, const Topology& topology) const {
    for (size_t i = 0; i < commands_.size(); ++i) {
      uint16_t command = commands_[i];
      // Registers at addresses that no BAR names.
      if (topology.classes[i] >> 8 == kDisplayBaseClass) {
        command |= Command::kIoSpace | Command::kMemorySpace;
      }
      if (command != 0) {
        config.Write<Command>(topology.functions[i].address, command);
      }
    }
  }

 private:
  std::span<uint16_t> commands_;
};

}  // namespace

Result<Assignment> AssignResources(PciConfig& config,
                                   const AssignmentRequest& request,
                                   const InterruptRouting* routing,
                                   Arena& arena) {
  const Topology topology =
      TRY(NumberBuses(config, request.extra_root_count, arena));
  Resources resources = TRY(Resources::Measure(config, topology, arena));
  const size_t unplaced_count = resources.Place(request.windows);

  const Writer writer(config, topology);
  Commands commands(
      TRY(arena.AllocateArray<uint16_t>(topology.functions.size())));
  for (const Resource& resource : resources.all()) {
    writer.WriteResource(resource);
    commands.Take(resource);
  }
  if (routing != nullptr) {
    for (const Function& function : topology.functions) {
      writer.WriteInterruptLine(function, *routing);
    }
  }
  commands.Write(config, topology);
  return Assignment{.functions = topology.functions,
                    .is_complete = topology.is_complete,
                    .unplaced_count = unplaced_count};
}

}  // namespace flint::pci
