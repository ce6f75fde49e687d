// SPDX-License-Identifier: Apache-2.0
#include "boot/firmware/pci_buses.h"

#include <algorithm>
#include <cstddef>

#include "boot/platform/pci_set_up.h"
#include "drivers/acpi/definition_blocks.h"
#include "drivers/acpi/mcfg.h"
#include "drivers/pci/bar.h"
#include "drivers/pci_assignment/assignment.h"
#include "platforms/base/log.h"

namespace flint::boot {
namespace {

constexpr size_t kMaxFunctions = 4096;
constexpr size_t kMaxConfigWindows = 64;

}  // namespace

Status PciBuses::UseWindows(std::span<const pci::EcamAllocation> allocations) {
  config_ = &ecam_config_.emplace(
      TRY(pci::EcamConfig::Create(allocations, parts_.windows, parts_.arena)));
  return {};
}

Status PciBuses::UseMcfg() {
  if (!parts_.tables) return Fail(ErrorCode::kNotFound, "no ACPI");
  const Bytes mcfg = TRY(parts_.tables->FindTable(acpi::kMcfgSignature));
  std::array<pci::EcamAllocation, kMaxConfigWindows> allocations;
  size_t count = 0;
  for (size_t i = 0; count < allocations.size(); ++i) {
    const Result<acpi::ConfigWindow> window = acpi::ReadConfigWindow(mcfg, i);
    if (!window && window.error().code() == ErrorCode::kNotFound) break;
    if (!window) {
      log::Debug("MCFG: {}", window.error());
      continue;
    }
    allocations[count++] = {.base = window->base_address,
                            .segment = window->segment,
                            .first_bus = window->first_bus,
                            .last_bus = window->last_bus};
  }
  return UseWindows(std::span(allocations).first(count));
}

Status PciBuses::UseHostBridge() {
  if (!parts_.tables || !parts_.fadt) {
    return Fail(ErrorCode::kNotFound, "no ACPI");
  }
  acpi::ForEachDefinitionBlock(*parts_.tables, *parts_.fadt, [&](Bytes aml) {
    if (host_bridge_) return;
    const Result<acpi::HostBridge> bridge = acpi::FindHostBridge(aml);
    if (bridge) host_bridge_ = *bridge;
  });
  if (!host_bridge_) return Fail(ErrorCode::kNotFound, "no _CBA");
  const std::array allocations{
      pci::EcamAllocation{.base = host_bridge_->config_address,
                          .segment = 0,
                          .first_bus = host_bridge_->first_bus,
                          .last_bus = host_bridge_->last_bus}};
  return UseWindows(allocations);
}

void PciBuses::FindConfig() {
  if (UseMcfg() || UseHostBridge()) return;
  log::Debug("PCI by ports");
}

/// No ACPI, but more roots: their numbers can be any.
void PciBuses::FindRoots() {
  if (parts_.tables && parts_.fadt) {
    acpi::ForEachDefinitionBlock(*parts_.tables, *parts_.fadt, [&](Bytes aml) {
      acpi::RootBusSearch search(aml);
      while (const auto bus = search.Next()) more_roots_[*bus] = true;
    });
  } else if (parts_.files != nullptr &&
             parts_.files->Find("etc/extra-pci-roots")) {
    more_roots_.fill(true);
  }
}

void PciBuses::SetUpIfNobodyHas() {
  if (functions_.empty() || pci::IsAssigned(*config_, functions_)) return;
  const auto functions = platform::SetUpLatePci(
      {.config = *config_,
       .files = parts_.files,
       .host_bridge = host_bridge_,
       .extra_root_count = static_cast<size_t>(
           std::ranges::count(std::span(more_roots_).subspan(1), true)),
       .map = parts_.map,
       .cpu = parts_.cpu,
       .arena = parts_.arena});
  if (functions) {
    functions_ = *functions;
  } else {
    log::Debug("PCI is not set up: {}", functions.error());
  }
}

Status PciBuses::Start(std::span<const pci::Function> known) {
  FindConfig();
  functions_ = known;
  if (!known.empty()) return {};
  FindRoots();
  const pci::ScanResult scan =
      pci::Scan(*config_,
                TRY(parts_.arena.AllocateArray<pci::Function>(kMaxFunctions)),
                more_roots_);
  functions_ = scan.functions;
  if (!scan.complete) {
    log::Warning("more than {} PCI functions: the last are not used",
                 kMaxFunctions);
  }
  pci::StopBusMasters(*config_, functions_);
  SetUpIfNobodyHas();
  return {};
}

}  // namespace flint::boot
