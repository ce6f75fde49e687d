// SPDX-License-Identifier: Apache-2.0
#include "efi/boot_menu/plan_menu.h"

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "efi/boot_menu/boot_menu.h"
#include "loader/bls/entry.h"
#include "platforms/base/format.h"

namespace flint::efi {
namespace {

using boot_plan::BootPlan;
using boot_plan::Candidate;

/// UTF-8 of as much as the editor takes.
constexpr size_t kMaxCommandLineBytes = 3 * LineEditor::kMaxUnits;

/// What the program would be started with, if that is for people to edit.
std::optional<std::string_view> CommandLineOf(const Candidate& candidate) {
  if (candidate.bls_entry == nullptr) return std::nullopt;
  // A unified kernel image is given none, and takes its own.
  return candidate.load_options.empty() ? candidate.bls_entry->options
                                        : candidate.load_options;
}

Result<std::string_view> DetailOf(const Candidate& candidate, Arena& arena) {
  FixedText<Canvas::kColumns> detail;
  detail.AppendFormat("{}, {}", candidate.name, candidate.place.disk);
  if (candidate.place.partition != 0) {
    detail.AppendFormat(", partition {}", candidate.place.partition);
  }
  return arena.CopyText(detail.view());
}

Result<MenuEntry> EntryOf(const Candidate& candidate, Arena& arena) {
  return MenuEntry{
      .title = candidate.title.empty() ? candidate.name : candidate.title,
      .detail = TRY(DetailOf(candidate, arena)),
      .command_line = CommandLineOf(candidate)};
}

/// Has the plan try what was chosen.
Status Take(const BootMenu& menu,
            const Candidate& chosen,
            Arena& arena,
            BootPlan& plan) {
  const std::span<char> text =
      TRY(arena.AllocateArray<char>(kMaxCommandLineBytes));
  plan.Choose(chosen, menu.command_line(text));
  return {};
}

}  // namespace

Status ChooseByMenu(const MenuTerminal& terminal,
                    uint32_t countdown_seconds,
                    Arena& arena,
                    BootPlan& plan) {
  if (countdown_seconds == 0) return {};
  std::span<const Candidate*> candidates =
      TRY(arena.AllocateArray<const Candidate*>(plan.candidate_count()));
  candidates = candidates.first(plan.List(candidates));
  const std::span<MenuEntry> entries =
      TRY(arena.AllocateArray<MenuEntry>(candidates.size()));
  size_t count = 0;
  for (const Candidate*& candidate : candidates) {
    if (candidate->is_hidden) continue;
    entries[count] = TRY(EntryOf(*candidate, arena));
    candidates[count++] = candidate;
  }
  if (count == 0) return {};
  BootMenu menu(entries.first(count), countdown_seconds);
  RunMenu(terminal, menu);
  // Still counting: nobody was there.
  if (menu.is_counting()) return {};
  return Take(menu, *candidates[menu.chosen()], arena, plan);
}

}  // namespace flint::efi
