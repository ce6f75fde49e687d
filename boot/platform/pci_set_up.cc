// SPDX-License-Identifier: Apache-2.0
#include "boot/platform/pci_set_up.h"

#include <algorithm>

#include "boot/platform/vmm_hints.h"
#include "drivers/mtrr/mtrr.h"
#include "platforms/base/checked.h"
#include "platforms/base/log.h"

namespace flint::platform {
namespace {

constexpr uint64_t kGib = uint64_t{1} << 30;
constexpr uint64_t k4Gib = 4 * kGib;

/// Ports below are taken by devices that tell nobody; those between are too, on
/// some machines.
constexpr pci::AddressWindow kIo{.base = 0xC000, .end = 0x1'0000};
constexpr pci::AddressWindow kMoreIo{.base = 0x1000, .end = 0xA000};

/// As far as devices are given addresses: what four levels of page tables map
/// is more, but VMMs offer less than they say.
constexpr uint32_t kMostAddressBits = 46;
/// Of processors with 40 bits, those of AMD have none to give above this.
constexpr uint32_t kHyperTransportBits = 40;
constexpr uint64_t kHyperTransportStart = 0xFD'0000'0000;

/// The chipset's wires.
class ChipsetRouting final : public pci::InterruptRouting {
 public:
  explicit ChipsetRouting(const chipset::Chipset& chipset)
      : chipset_(chipset) {}

  uint8_t Line(uint8_t device, uint8_t pin) const override {
    return chipset_.InterruptLine(device, pin);
  }

 private:
  const chipset::Chipset& chipset_;
};

constexpr pci::AddressWindow WindowOf(const acpi::DeviceMemory& memory) {
  return {.base = memory.address, .end = memory.address + memory.size_bytes};
}

/// No ports: none are described.
pci::HostWindows WindowsOf(const acpi::HostBridge& bridge) {
  return {.io = {},
          .more_io = {},
          .memory = WindowOf(bridge.memory),
          .high_memory = WindowOf(bridge.high_memory)};
}

uint64_t ReservedMemoryEnd(fw_cfg::FwCfg* files) {
  if (files == nullptr) return 0;
  const Result<VmmHints> hints = ReadHints(*files);
  return hints ? hints->reserved_memory_end : 0;
}

}  // namespace

uint64_t RamEnd(const memory::MemoryMap& map, uint64_t limit) {
  uint64_t end = 0;
  for (const memory::MemoryRange& range : map.ranges()) {
    if (range.address < limit && memory::IsUsableRam(range.type)) {
      end = range.end;
    }
  }
  return end;
}

pci::HostWindows WindowsOfPc(const memory::MemoryMap& map,
                             io::Cpu& cpu,
                             uint64_t device_memory,
                             uint64_t reserved_memory_end) {
  const uint64_t ram_end =
      std::max({k4Gib, RamEnd(map, UINT64_MAX), reserved_memory_end});
  const uint32_t bits = std::min(mtrr::AddressBits(cpu), kMostAddressBits);
  const uint64_t end =
      bits == kHyperTransportBits ? kHyperTransportStart : uint64_t{1} << bits;
  const auto base = AlignUp(ram_end, kGib);
  return {
      .io = kIo,
      .more_io = kMoreIo,
      .memory = {.base = device_memory,
                 .end = chipset::Chipset::kDeviceMemoryEnd},
      .high_memory = {.base = base && *base < end ? *base : end, .end = end}};
}

Result<std::span<const pci::Function>> SetUpPci(
    pci::PciConfig& config,
    const pci::AssignmentRequest& request,
    const chipset::Chipset* chipset,
    Arena& arena) {
  std::optional<ChipsetRouting> routing;
  if (chipset != nullptr) routing.emplace(*chipset);
  const pci::Assignment assignment = TRY(pci::AssignResources(
      config, request, routing ? &*routing : nullptr, arena));
  if (!assignment.is_complete) {
    log::Warning("more PCI functions than can be set up");
  }
  if (assignment.unplaced_count != 0) {
    log::Warning("{} windows of PCI devices find no addresses",
                 assignment.unplaced_count);
  }
  return assignment.functions;
}

Result<std::span<const pci::Function>> SetUpLatePci(const LatePciParts& parts) {
  pci::AssignmentRequest request{.windows = {},
                                 .extra_root_count = parts.extra_root_count};
  const Result<chipset::Chipset> chipset = chipset::Chipset::Find(parts.config);
  if (chipset) {
    request.windows =
        WindowsOfPc(parts.map,
                    parts.cpu,
                    chipset->DeviceMemoryStart(RamEnd(parts.map, k4Gib)),
                    ReservedMemoryEnd(parts.files));
  } else if (parts.host_bridge) {
    request.windows = WindowsOf(*parts.host_bridge);
  } else {
    return Fail(ErrorCode::kNotFound,
                "nobody says what addresses PCI devices can have");
  }
  return SetUpPci(
      parts.config, request, chipset ? &*chipset : nullptr, parts.arena);
}

}  // namespace flint::platform
