// SPDX-License-Identifier: Apache-2.0
#include "loader/boot_plan/removable_source.h"

#include <string_view>

namespace flint::boot_plan {
namespace {

constexpr std::string_view PathFor(bls::Architecture architecture) {
  switch (architecture) {
    case bls::Architecture::kX64:
      return "\\EFI\\BOOT\\BOOTX64.EFI";
    case bls::Architecture::kAa64:
      return "\\EFI\\BOOT\\BOOTAA64.EFI";
    case bls::Architecture::kRiscV64:
      return "\\EFI\\BOOT\\BOOTRISCV64.EFI";
  }
  return {};
}

}  // namespace

Status AddRemovableProgram(const Volume& volume,
                           bls::Architecture architecture,
                           BootPlan& plan) {
  const std::string_view path = PathFor(architecture);
  const Result<volume::File> file = volume.file_system->Open(path);
  if (!file) {
    if (file.error().code() == ErrorCode::kNotFound) return {};
    return plan.AddFinding(volume.place, path, file.error());
  }
  if (file->is_directory) return {};
  return plan.Add({.kind = CandidateKind::kUefiProgram,
                   .rank = volume.rank,
                   .place = volume.place,
                   .id = path.substr(path.rfind('\\') + 1),
                   .name = path,
                   .reason = "removable media path",
                   .device = volume.device,
                   .file_system = volume.file_system,
                   .path = path});
}

}  // namespace flint::boot_plan
