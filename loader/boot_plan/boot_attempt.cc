// SPDX-License-Identifier: Apache-2.0
#include "loader/boot_plan/boot_attempt.h"

#include "loader/bls/boot_count.h"
#include "loader/bls/entry.h"
#include "platforms/base/log.h"

namespace flint::boot_plan {

void CountAttempt(Candidate& candidate, EntryPath& path) {
  path.Clear();
  const bls::Entry* const entry = candidate.bls_entry;
  if (entry == nullptr || !entry->count) return;
  const bool is_image = entry->type == bls::EntryType::kUnifiedImage;
  const bls::EntryFile file{
      .directory = is_image ? "/EFI/Linux" : "/loader/entries",
      .name = entry->file_name,
      .suffix = bls::SuffixOf(entry->type)};
  const auto counted = bls::CountBootAttempt(*candidate.file_system, file);
  if (!counted) log::Warning("{}: {}", file.name, counted.error());
  path.AppendFormat(
      "{}/{}", file.directory, counted ? counted->view() : file.name);
  if (is_image) candidate.path = path.view();
}

}  // namespace flint::boot_plan
