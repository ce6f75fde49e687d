// SPDX-License-Identifier: Apache-2.0
#include "loader/boot_plan/bls_source.h"

#include "platforms/base/log.h"

namespace flint::boot_plan {
namespace {

constexpr std::string_view kEntriesPath = "/loader/entries";
constexpr std::string_view kImagesPath = "/EFI/Linux";

Status AddEntry(const bls::Entry& entry, const Volume& volume, BootPlan& plan) {
  if (entry.obstacle) {
    return plan.AddFinding(volume.place, entry.file_name, *entry.obstacle);
  }
  const bool is_image = entry.type == bls::EntryType::kUnifiedImage;
  Candidate candidate{.kind = CandidateKind::kBlsEntry,
                      .rank = volume.rank,
                      .place = volume.place,
                      .id = entry.id,
                      .name = entry.file_name,
                      .title = entry.title,
                      .reason = is_image ? "unified kernel image"
                                         : "Boot Loader Specification entry",
                      .device = volume.device,
                      .file_system = volume.file_system,
                      .bls_entry = &entry,
                      .load_options = entry.options};
  if (!entry.program.empty()) {
    candidate.kind = CandidateKind::kUefiProgram;
    candidate.path = entry.program;
    // An image has its own, and looks there if it is given none.
    if (is_image) candidate.load_options = {};
  }
  return plan.Add(candidate);
}

/// Says why a partition offers no entries, or not all that it has.
Status AddFindings(const bls::SourceSummary& source,
                   const Place& place,
                   BootPlan& plan) {
  const bool has_entries = source.entry_count != 0;
  if (source.image_problem) {
    TRY(plan.AddFinding(
        place, {}, Failure(*source.image_problem, kImagesPath)));
  }
  if (source.problem) {
    // No directory is no problem where there are images.
    if (has_entries && source.problem->code() == ErrorCode::kNotFound) {
      return {};
    }
    return plan.AddFinding(place, {}, Failure(*source.problem, kEntriesPath));
  }
  if (has_entries) return {};
  return plan.AddFinding(
      place,
      {},
      Failure(Error(ErrorCode::kNotFound, "holds no boot entries"),
              kEntriesPath));
}

}  // namespace

Status AddBlsEntries(const bls::EntryList& list,
                     std::span<const Volume> volumes,
                     BootPlan& plan) {
  for (const bls::Entry& entry : list.entries) {
    TRY(AddEntry(entry, volumes[entry.source], plan));
  }
  for (size_t i = 0; i < list.sources.size(); ++i) {
    TRY(AddFindings(list.sources[i], volumes[i].place, plan));
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
