// SPDX-License-Identifier: Apache-2.0
#include "boot/firmware/uefi_booter.h"

#include "platforms/base/log.h"

namespace flint::boot {

Failure UefiBooter::Boot(const boot_plan::Candidate& candidate) {
  if (candidate.kind == boot_plan::CandidateKind::kLoadOption) {
    if (const Status up = BringUp(); !up) return up.error();
    return manager_->Boot(candidate);
  }
  if (candidate.program.empty()) {
    log::Info("booting {} from {}, partition {}: {}",
              candidate.name,
              candidate.place.disk,
              candidate.place.partition,
              candidate.title);
  } else {
    log::Info("booting {} from {}", candidate.name, candidate.place.disk);
  }
  if (const Status up = BringUp(); !up) return up.error();
  return programs_->Boot(candidate);
}

Status UefiBooter::BringUp() {
  if (system_ != nullptr) return up_;
  system_ = TRY(machine_.arena().Create<UefiSystem>(machine_));
  up_ = system_->Start();
  if (up_) {
    machine_.Note(Stage::kUefiReady);
    UefiPrograms& programs = programs_.emplace(
        UefiPrograms::Parts{.environment = system_->environment(),
                            .images = system_->images(),
                            .volumes = system_->volumes(),
                            .variables = system_->variables(),
                            .plan = plan_,
                            .memory = machine_.memory(),
                            .clock = machine_.clock(),
                            .timeline = machine_.timeline(),
                            .modules = machine_.info().modules(),
                            .watch = *this});
    manager_.emplace(
        efi::BootManager::Parts{.handles = system_->environment().handles(),
                                .pool = system_->environment().pool(),
                                .variables = system_->variables(),
                                .runner = programs});
  }
  return up_;
}

Status UefiBooter::AddOptions(boot_plan::BootPlan& plan) {
  TRY(BringUp());
  return manager_->AddOptions(machine_.device_order(), machine_.arena(), plan);
}

std::optional<efi::VariableServices> UefiBooter::variables() {
  if (!manager_) return std::nullopt;
  return system_->variables();
}

void UefiBooter::OnProgramStarts() {
  system_->watchdog().Start(system_->environment().watchdog());
}

void UefiBooter::OnProgramEnds() { system_->watchdog().Stop(); }

}  // namespace flint::boot
