// SPDX-License-Identifier: Apache-2.0
#include "boot/firmware/linux_booter.h"

#include <algorithm>
#include <array>
#include <expected>

#include "boot/cpu/jump_to_kernel.h"
#include "loader/bls/entry.h"
#include "loader/boot_plan/bls_source.h"
#include "platforms/base/log.h"

namespace flint::boot {

Failure LinuxBooter::Boot(const boot_plan::Candidate& candidate) {
  if (candidate.kind != boot_plan::CandidateKind::kBlsEntry) {
    return Error(ErrorCode::kUnsupported, "needs UEFI");
  }
  const auto kernel = Prepare(candidate);
  if (!kernel) return kernel.error();
  // From here on there is no way back: the disks are gone.
  machine_.StopDisks();
  cpu::JumpToKernel(kernel->entry_address, kernel->zero_page_address);
}

std::expected<bzimage::PreparedKernel, Failure> LinuxBooter::Prepare(
    const boot_plan::Candidate& candidate) {
  const bls::Entry& entry = *candidate.bls_entry;
  log::Info("booting {} from {}, partition {}: {}",
            candidate.name,
            candidate.place.disk,
            candidate.place.partition,
            candidate.title);
  boot_plan::WarnAbout(entry);

  std::array<bzimage::Module, kMaxModules> modules;
  const std::span<const Module> given = machine_.info().modules();
  std::ranges::transform(given, modules.begin(), [](const Module& module) {
    return bzimage::Module{.address = module.address,
                           .size_bytes = module.size_bytes};
  });

  bzimage::LinuxLoader loader(machine_.map(), machine_.memory(), extents_);
  auto loaded = loader.Load({.file_system = *candidate.file_system,
                             .device = *candidate.device,
                             .kernel_path = entry.linux,
                             .initrd_paths = entry.initrds,
                             .modules = std::span(modules).first(given.size()),
                             .command_line = candidate.load_options});
  if (!loaded) return std::unexpected(loaded.error());
  return About(entry.linux,
               std::move(*loaded).Finish(memory::E820Cursor(machine_.map()),
                                         machine_.rsdp_address()));
}

}  // namespace flint::boot
