// SPDX-License-Identifier: Apache-2.0
#include "loader/boot_plan/bls_source.h"

#include "platforms/base/log.h"

namespace flint::boot_plan {
namespace {

constexpr std::string_view kEntriesPath = "/loader/entries";

Status AddEntry(const bls::Entry& entry, const Volume& volume, BootPlan& plan) {
  if (entry.obstacle) {
    return plan.AddFinding(volume.place, entry.file_name, *entry.obstacle);
  }
  return plan.Add({.kind = CandidateKind::kBlsEntry,
                   .place = volume.place,
                   .id = entry.id,
                   .name = entry.file_name,
                   .title = entry.title,
                   .reason = "Boot Loader Specification entry",
                   .device = volume.device,
                   .file_system = volume.file_system,
                   .bls_entry = &entry});
}

}  // namespace

Status AddBlsEntries(const bls::EntryList& list,
                     std::span<const Volume> volumes,
                     BootPlan& plan) {
  for (const bls::Entry& entry : list.entries) {
    TRY(AddEntry(entry, volumes[entry.source], plan));
  }
  for (size_t i = 0; i < list.sources.size(); ++i) {
    const bls::SourceSummary& source = list.sources[i];
    if (source.problem) {
      TRY(plan.AddFinding(
          volumes[i].place, "", Failure(*source.problem, kEntriesPath)));
    } else if (source.entry_count == 0) {
      TRY(plan.AddFinding(
          volumes[i].place,
          "",
          Failure(Error(ErrorCode::kNotFound, "holds no boot entries"),
                  kEntriesPath)));
    }
  }
  return {};
}

void WarnAbout(const bls::Entry& entry) {
  for (const std::string_view variable : entry.dropped_variables) {
    log::Warning("{}: {} means something to GRUB only and was left out",
                 entry.file_name,
                 variable);
  }
}

}  // namespace flint::boot_plan
