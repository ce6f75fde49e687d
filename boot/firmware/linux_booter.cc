// SPDX-License-Identifier: Apache-2.0
#include "boot/firmware/linux_booter.h"

#include "boot/cpu/jump_to_kernel.h"
#include "boot/firmware/timeline_log.h"
#include "platforms/base/log.h"

namespace flint::boot {

LinuxBooter::LinuxBooter(Machine& machine,
                         std::span<block::BlockExtent> extents)
    : machine_(machine),
      loader_({.map = machine.map(),
               .memory = machine.memory(),
               .arena = machine.arena(),
               .extents = extents,
               .modules = machine.info().modules(),
               .kernel_words = machine.kernel_words(),
               .rsdp_address = machine.rsdp_address()}) {}

Failure LinuxBooter::Boot(const boot_plan::Candidate& candidate) {
  if (candidate.kind != boot_plan::CandidateKind::kBlsEntry) {
    return Error(ErrorCode::kUnsupported, "needs UEFI");
  }
  machine_.Note(Stage::kLoadBegun, candidate.name);
  log::Info("booting {} from {}, partition {}: {}",
            candidate.name,
            candidate.place.disk,
            candidate.place.partition,
            candidate.title);
  const auto kernel = loader_.Load(candidate);
  if (!kernel) return kernel.error();
  Start(*kernel);
}

Failure LinuxBooter::BootVmmKernel(VmmKernel& kernel) {
  log::Info("booting the VMM's kernel");
  machine_.Note(Stage::kLoadBegun, VmmKernel::kKernelPath);
  const auto loaded = loader_.Load(kernel);
  if (!loaded) return loaded.error();
  Start(*loaded);
}

void LinuxBooter::Start(const bzimage::PreparedKernel& kernel) {
  machine_.Note(Stage::kLoaded);
  // From here on there is no way back: the disks are gone.
  machine_.StopDisks();
  machine_.Note(Stage::kStarted);
  LogTimeline(machine_.timeline(), machine_.clock());
  cpu::JumpToKernel(kernel.entry_address, kernel.zero_page_address);
}

}  // namespace flint::boot
