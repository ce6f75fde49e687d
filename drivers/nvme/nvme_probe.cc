// SPDX-License-Identifier: Apache-2.0
#include "drivers/nvme/nvme_probe.h"

#include <array>
#include <optional>
#include <string_view>

#include "drivers/nvme/controller.h"
#include "drivers/nvme/nvme_disk.h"
#include "drivers/pci/bar.h"

namespace flint::nvme {
namespace {

constexpr std::string_view kKind = "nvme";
constexpr uint8_t kRegistersBar = 0;

Result<Controller*> Start(pci::PciConfig& config,
                          const pci::Function& function,
                          io::DeviceMapper& mapper,
                          const io::DriverResources& resources) {
  const pci::Bar bar = TRY(pci::ReadBar(config, function, kRegistersBar));
  if (bar.space != pci::Bar::Space::kMemory || !bar.assigned()) {
    return Fail(ErrorCode::kUnsupported,
                "NVMe controller has no address assigned");
  }
  // First its memory: nothing may fail once the controller runs.
  auto& controller = *TRY(resources.arena.Create<std::optional<Controller>>());
  pci::EnableMemoryAndBusMaster(config, function.address);
  return &controller.emplace(
      TRY(Controller::Start(bar.address, mapper, resources)));
}

/// True if the controller is used from now on.
Result<bool> AddNamespace(Controller& controller,
                          uint32_t id,
                          const block::Attachment& attachment,
                          Arena& arena,
                          block::DiskList& disks) {
  const auto info = TRY(controller.IdentifyNamespace(id));
  if (!info) return false;
  auto& device = *TRY(arena.Create<std::optional<NvmeDisk>>());
  block::Disk* const disk =
      disks.Add(kKind, attachment.NvmeNamespace(id, info->eui64));
  if (disk == nullptr) return false;
  disk->device = &device.emplace(controller, *info, disk->name.view());
  return true;
}

/// True if the controller is used from now on.
Result<bool> AddNamespaces(Controller& controller,
                           const block::Attachment& attachment,
                           Arena& arena,
                           block::DiskList& disks) {
  std::array<uint32_t, Controller::kMaxNamespaces> ids{};
  const size_t count = TRY(controller.ListNamespaces(ids));
  bool any = false;
  for (const uint32_t id : std::span(ids).first(count)) {
    const auto added = AddNamespace(controller, id, attachment, arena, disks);
    if (!added) {
      disks.AddFailure(kKind, attachment.NvmeNamespace(id, 0), added.error());
    }
    any |= added.value_or(false);
  }
  return any;
}

}  // namespace

void AddNvme(pci::PciConfig& config,
             const pci::Function& function,
             io::DeviceMapper& mapper,
             const io::DriverResources& resources,
             block::DiskList& disks) {
  const auto attachment = block::Attachment::OnPci(function.address);
  const auto controller = Start(config, function, mapper, resources);
  if (!controller) {
    disks.AddFailure(kKind, attachment, controller.error());
    return;
  }
  const auto used =
      AddNamespaces(**controller, attachment, resources.arena, disks);
  if (!used) disks.AddFailure(kKind, attachment, used.error());
  // Nobody else will stop it.
  if (!used.value_or(false)) static_cast<void>((*controller)->Stop());
}

}  // namespace flint::nvme
