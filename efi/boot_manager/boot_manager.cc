// SPDX-License-Identifier: Apache-2.0
#include "efi/boot_manager/boot_manager.h"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <string_view>

#include "efi/boot_manager/device_rank.h"
#include "efi/boot_manager/path_expansion.h"
#include "platforms/base/log.h"

namespace flint::efi {
namespace {

using boot_plan::BootPlan;
using boot_plan::Candidate;
using boot_plan::CandidateKind;
using boot_plan::DeviceOrder;
using boot_plan::Rank;

constexpr size_t kMaxDescriptionBytes = 256;

/// Where reports say that an option was found.
constexpr boot_plan::Place kPlace{.disk = "UEFI boot options"};

Result<Bytes> Copy(Bytes bytes, Arena& arena) {
  const std::span<std::byte> copy =
      TRY(arena.AllocateArray<std::byte>(bytes.size()));
  std::ranges::copy(bytes, copy.begin());
  return Bytes(copy);
}

Result<std::string_view> CopyDescription(const LoadOption& option,
                                         Arena& arena) {
  std::array<char, kMaxDescriptionBytes> text;
  return arena.CopyText(option.Description(text));
}

Result<std::string_view> CopyName(uint16_t number, Arena& arena) {
  const auto name = OptionName(number);
  return arena.CopyText({name.data(), name.size()});
}

}  // namespace

Status BootManager::AddOptions(const DeviceOrder& order,
                               Arena& arena,
                               BootPlan& plan) {
  const BootOrder boot_order = variables_.ReadBootOrder();
  if (const auto next = variables_.TakeBootNext()) {
    TRY(AddOption(*next, true, order, arena, plan));
  }
  for (const uint16_t number : boot_order.view()) {
    TRY(AddOption(number, false, order, arena, plan));
  }
  return {};
}

Status BootManager::AddOption(uint16_t number,
                              bool is_next,
                              const DeviceOrder& order,
                              Arena& arena,
                              BootPlan& plan) {
  const std::string_view name = TRY(CopyName(number, arena));
  const auto found = variables_.FindOption(number);
  if (!found) {
    return plan.AddFinding(
        kPlace, name, Error(ErrorCode::kNotFound, "there is no such option"));
  }
  // A copy, as the variable may change before it is this option's turn.
  const Bytes bytes = TRY(Copy(*found, arena));
  const Result<LoadOption> option = LoadOption::Parse(bytes);
  if (!option) return plan.AddFinding(kPlace, name, option.error());
  // BootNext asks for an option whatever it is otherwise for.
  if (!is_next && !(option->is_active() && option->is_for_booting())) return {};
  return plan.Add({.kind = CandidateKind::kLoadOption,
                   .rank = is_next ? Rank::kOnce : RankOf(*option, order),
                   .place = kPlace,
                   .id = name,
                   .name = name,
                   .title = TRY(CopyDescription(*option, arena)),
                   .reason = is_next ? "BootNext" : "BootOrder",
                   .load_option = bytes,
                   .load_option_number = number,
                   .is_hidden = option->is_hidden()});
}

/// Options on a device of the VM's boot order go with the device.
Rank BootManager::RankOf(const LoadOption& option, const DeviceOrder& order) {
  if (order.devices().empty()) return Rank::kLoadOption;
  PathExpansion expansion(parts_.handles, parts_.pool, option.path());
  while (const auto path = expansion.Next()) {
    if (const auto index = IndexOf(order, *path)) {
      return boot_plan::RankOnDevice(*index, CandidateKind::kLoadOption);
    }
  }
  return Rank::kLoadOption;
}

Failure BootManager::Boot(const Candidate& candidate) {
  const Result<LoadOption> option = LoadOption::Parse(candidate.load_option);
  if (!option) return option.error();
  if (const Status set =
          variables_.SetBootCurrent(candidate.load_option_number);
      !set) {
    log::Warning("BootCurrent: {}", set.error());
  }
  log::Info("booting {}: {}", candidate.name, candidate.title);
  Error error(ErrorCode::kNotFound, "its device is not there");
  PathExpansion expansion(parts_.handles, parts_.pool, option->path());
  while (const auto path = expansion.Next()) {
    const ProgramRunner::Outcome outcome =
        parts_.runner.Run(*path, option->optional_data());
    error = outcome.error;
    if (outcome.started) break;
  }
  variables_.ClearBootCurrent();
  return error;
}

}  // namespace flint::efi
