// SPDX-License-Identifier: Apache-2.0
#include "boot/firmware/boot_choice.h"

#include <cstdint>
#include <optional>
#include <string_view>

#include "efi/boot_manager/boot_variables.h"
#include "efi/boot_menu/boot_menu.h"
#include "efi/boot_menu/plan_menu.h"
#include "efi/loader_interface/loader_interface.h"
#include "efi/variables/variable_services.h"
#include "platforms/base/log.h"

namespace flint::boot {
namespace {

using boot_plan::BootPlan;

/// For whom holds a key down; a stray byte on the line must not hold up a
/// machine for ever.
constexpr uint32_t kKeySeconds = 10;

/// Does what the owner prefers, or else the operating system.
void Prefer(Machine& machine,
            const std::optional<efi::VariableServices>& variables,
            BootPlan& plan) {
  const std::string_view wanted = machine.settings().boot_entry();
  if (!wanted.empty()) {
    if (plan.Prefer(wanted) != 0) return;
    log::Warning("flint.boot={}: there is no such entry", wanted);
  }
  if (variables) efi::LoaderInterface(*variables).Prefer(plan);
}

/// How long the variables want the menu to be shown; nothing if they do not
/// say. A request for just this start is taken back.
std::optional<uint32_t> TakeMenuSeconds(const efi::VariableServices& services) {
  efi::BootVariables variables(services);
  const auto by_loader = efi::LoaderInterface(services).TakeTimeoutSeconds();
  if (variables.TakeMenuRequest()) return efi::BootMenu::kForever;
  return by_loader ? by_loader : variables.ReadTimeoutSeconds();
}

/// How long to show the menu; 0 is not at all.
uint32_t MenuSeconds(Machine& machine,
                     const std::optional<efi::VariableServices>& variables) {
  const auto wanted = variables ? TakeMenuSeconds(*variables) : std::nullopt;
  if (const auto set = machine.settings().timeout_seconds()) return *set;
  const uint32_t seconds = wanted.value_or(0);
  return seconds == 0 && machine.input().ReadByte() ? kKeySeconds : seconds;
}

void OfferMenu(Machine& machine, uint32_t seconds, BootPlan& plan) {
  const Status chosen = efi::ChooseByMenu({.in = machine.input(),
                                           .out = machine.output(),
                                           .clock = machine.clock()},
                                          seconds,
                                          machine.arena(),
                                          plan);
  if (!chosen) log::Warning("menu: {}", chosen.error());
}

}  // namespace

void ChooseWhatToBoot(Machine& machine,
                      UefiBooter& uefi,
                      bool has_variables,
                      BootPlan& plan) {
  std::optional<efi::VariableServices> variables;
  if (has_variables) {
    const Status added = uefi.AddOptions(plan);
    if (!added) log::Warning("UEFI boot options: {}", added.error());
    variables = uefi.variables();
  }
  Prefer(machine, variables, plan);
  OfferMenu(machine, MenuSeconds(machine, variables), plan);
}

}  // namespace flint::boot
