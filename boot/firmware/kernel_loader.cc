// SPDX-License-Identifier: Apache-2.0
#include "boot/firmware/kernel_loader.h"

#include <algorithm>
#include <array>
#include <utility>

#include "boot/firmware/module_program.h"
#include "loader/bls/entry.h"
#include "loader/boot_plan/bls_source.h"

namespace flint::boot {

std::expected<bzimage::PreparedKernel, Failure> KernelLoader::Load(
    const boot_plan::Candidate& candidate) {
  const bls::Entry& entry = *candidate.bls_entry;
  boot_plan::WarnAbout(entry);
  const auto command_line = CommandLineOf(candidate);
  if (!command_line) return std::unexpected(command_line.error());

  std::array<bzimage::Module, kMaxModules> modules;
  const LoadedModules loaded_modules(parts_.modules, parts_.memory);
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

std::expected<bzimage::PreparedKernel, Failure> KernelLoader::Load(
    VmmKernel& kernel) {
  const auto command_line = kernel.ReadCommandLine(parts_.arena);
  if (!command_line) return std::unexpected(command_line.error());
  const std::array initrd{VmmKernel::kInitrdPath};
  NoDisk disk;
  return Load(
      {.file_system = kernel,
       .device = disk,
       .kernel_path = VmmKernel::kKernelPath,
       .initrd_paths = std::span(initrd).first(kernel.has_initrd() ? 1 : 0),
       .command_line = *command_line});
}

std::expected<bzimage::PreparedKernel, Failure> KernelLoader::Load(
    const bzimage::LinuxRequest& request) {
  bzimage::LinuxLoader loader(parts_.map, parts_.memory, parts_.extents);
  auto loaded = loader.Load(request);
  if (!loaded) return std::unexpected(loaded.error());
  return About(request.kernel_path,
               std::move(*loaded).Finish(memory::E820Cursor(parts_.map),
                                         parts_.rsdp_address));
}

Result<std::string_view> KernelLoader::CommandLineOf(
    const boot_plan::Candidate& candidate) {
  if (parts_.kernel_words.empty()) return candidate.load_options;
  // In front: behind "--", words are for the init program.
  command_line_.Clear();
  command_line_.AppendFormat(
      "{} {}", parts_.kernel_words, candidate.load_options);
  if (command_line_.truncated()) {
    return Fail(ErrorCode::kUnsupported,
                "kernel command line and the VMM's words are too long");
  }
  return command_line_.view();
}

}  // namespace flint::boot
