// SPDX-License-Identifier: Apache-2.0
#include "boot/firmware/linux_booter.h"

#include <algorithm>
#include <array>
#include <expected>

#include "boot/cpu/jump_to_kernel.h"
#include "boot/firmware/module_program.h"
#include "boot/firmware/timeline_log.h"
#include "loader/bls/entry.h"
#include "loader/boot_plan/bls_source.h"
#include "platforms/base/log.h"

namespace flint::boot {

Failure LinuxBooter::Boot(const boot_plan::Candidate& candidate) {
  if (candidate.kind != boot_plan::CandidateKind::kBlsEntry) {
    return Error(ErrorCode::kUnsupported, "needs UEFI");
  }
  machine_.Note(Stage::kLoadBegun, candidate.name);
  const auto kernel = Prepare(candidate);
  if (!kernel) return kernel.error();
  machine_.Note(Stage::kLoaded);
  Start(*kernel);
}

Failure LinuxBooter::BootVmmKernel(VmmKernel& kernel) {
  log::Info("booting the VMM's kernel");
  machine_.Note(Stage::kLoadBegun, VmmKernel::kKernelPath);
  const auto command_line = kernel.ReadCommandLine(machine_.arena());
  if (!command_line) return command_line.error();
  const std::array initrd{VmmKernel::kInitrdPath};
  NoDisk disk;
  const auto loaded = Load(
      {.file_system = kernel,
       .device = disk,
       .kernel_path = VmmKernel::kKernelPath,
       .initrd_paths = std::span(initrd).first(kernel.has_initrd() ? 1 : 0),
       .command_line = *command_line});
  if (!loaded) return loaded.error();
  machine_.Note(Stage::kLoaded);
  Start(*loaded);
}

void LinuxBooter::Start(const bzimage::PreparedKernel& kernel) {
  // From here on there is no way back: the disks are gone.
  machine_.StopDisks();
  machine_.Note(Stage::kStarted);
  LogTimeline(machine_.timeline(), machine_.clock());
  cpu::JumpToKernel(kernel.entry_address, kernel.zero_page_address);
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
  const auto command_line = CommandLineOf(candidate);
  if (!command_line) return std::unexpected(command_line.error());

  std::array<bzimage::Module, kMaxModules> modules;
  const LoadedModules loaded_modules(machine_.info().modules(),
                                     machine_.memory());
  const std::span<const Module> given = loaded_modules.initrds();
  std::ranges::transform(given, modules.begin(), [](const Module& module) {
    return bzimage::Module{.address = module.address,
                           .size_bytes = module.size_bytes};
  });

  return Load({.file_system = *candidate.file_system,
               .device = *candidate.device,
               .kernel_path = entry.linux,
               .initrd_paths = entry.initrds,
               .modules = std::span(modules).first(given.size()),
               .command_line = *command_line});
}

std::expected<bzimage::PreparedKernel, Failure> LinuxBooter::Load(
    const bzimage::LinuxRequest& request) {
  bzimage::LinuxLoader loader(machine_.map(), machine_.memory(), extents_);
  auto loaded = loader.Load(request);
  if (!loaded) return std::unexpected(loaded.error());
  return About(request.kernel_path,
               std::move(*loaded).Finish(memory::E820Cursor(machine_.map()),
                                         machine_.rsdp_address()));
}

Result<std::string_view> LinuxBooter::CommandLineOf(
    const boot_plan::Candidate& candidate) {
  const std::string_view words = machine_.kernel_words();
  if (words.empty()) return candidate.load_options;
  // In front: behind "--", words are for the init program.
  command_line_.Clear();
  command_line_.AppendFormat("{} {}", words, candidate.load_options);
  if (command_line_.truncated()) {
    return Fail(ErrorCode::kUnsupported,
                "kernel command line and the VMM's words are too long");
  }
  return command_line_.view();
}

}  // namespace flint::boot
