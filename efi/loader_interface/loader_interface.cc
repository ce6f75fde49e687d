// SPDX-License-Identifier: Apache-2.0
#include "efi/loader_interface/loader_interface.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "efi/abi/runtime_services.h"
#include "efi/abi/status.h"
#include "loader/bls/bls.h"
#include "loader/bls/entry.h"
#include "loader/boot_plan/boot_plan.h"
#include "platforms/base/endian.h"
#include "platforms/base/format.h"
#include "platforms/base/log.h"
#include "platforms/base/unicode.h"

namespace flint::efi {
namespace {

using boot_plan::BootPlan;
using boot_plan::Candidate;

constexpr uint32_t kVolatile =
    abi::EFI_VARIABLE_BOOTSERVICE_ACCESS | abi::EFI_VARIABLE_RUNTIME_ACCESS;

/// Longer ids and paths than file systems have.
constexpr size_t kMaxTextUnits = 1024;
constexpr size_t kMaxTextBytes = 3 * kMaxTextUnits;
/// Candidates and ids that are looked at; more are left out.
constexpr size_t kMaxCandidates = 256;
constexpr size_t kMaxEntriesUnits = 4096;

/// What others call the program at the removable media path.
constexpr std::string_view kRemovableId = "auto-efi-default";

/// What Flint does of what loaders may do. [bli, LoaderFeatures]
enum Feature : uint64_t {
  kConfigTimeout = 1 << 0,
  kConfigTimeoutOneShot = 1 << 1,
  kEntryDefault = 1 << 2,
  kEntryOneShot = 1 << 3,
  kBootCounting = 1 << 4,
  kExtendedBootPartition = 1 << 5,
  kSortKey = 1 << 8,
  kUnifiedImageInText = 1 << 16,
};
constexpr uint64_t kFeatures =
    kConfigTimeout | kConfigTimeoutOneShot | kEntryDefault | kEntryOneShot |
    kExtendedBootPartition | kSortKey | kUnifiedImageInText;

constexpr std::array<std::u16string_view, 11> kPublished{
    u"LoaderInfo",
    u"LoaderFirmwareInfo",
    u"LoaderFirmwareType",
    u"LoaderFeatures",
    u"LoaderTimeInitUSec",
    u"LoaderTimeExecUSec",
    u"LoaderDevicePartUUID",
    u"LoaderEntries",
    u"LoaderEntrySelected",
    u"LoaderImageIdentifier",
    u"LoaderBootCountPath"};

using Text = FixedText<kMaxTextBytes>;

Status ToStatus(abi::EFI_STATUS status) {
  if (!abi::EFI_ERROR(status)) return {};
  return Fail(ErrorCode::kNoMemory, "no room for a variable");
}

/// What the interface calls a candidate: its file's name without counters, as
/// `bootctl` does. Empty if it is none of the interface's.
Text IdOf(const Candidate& candidate) {
  Text id;
  if (candidate.bls_entry != nullptr) {
    id.Append(candidate.bls_entry->id);
    id.Append(bls::SuffixOf(candidate.bls_entry->type));
  } else if (candidate.kind == boot_plan::CandidateKind::kUefiProgram) {
    id.Append(kRemovableId);
  }
  return id;
}

bool Matches(std::string_view pattern, const Candidate& candidate) {
  return candidate.bls_entry != nullptr
             ? bls::Matches(pattern, *candidate.bls_entry)
             : !pattern.empty() && pattern == IdOf(candidate).view();
}

bool ChooseMatching(std::string_view pattern, BootPlan& plan) {
  std::array<const Candidate*, kMaxCandidates> candidates;
  const size_t count = plan.List(candidates);
  for (const Candidate* candidate : std::span(candidates).first(count)) {
    if (!Matches(pattern, *candidate)) continue;
    plan.Choose(*candidate);
    return true;
  }
  return false;
}

/// A variable with a text, as UTF-8; empty if there is none, or it is not one.
Text ReadText(const VariableServices& variables, std::u16string_view name) {
  Text text;
  const auto data = variables.Find(name, kLoaderInterfaceGuid);
  if (!data || data->size() > kMaxTextUnits * sizeof(char16_t)) return text;
  std::array<char16_t, kMaxTextUnits> units{};
  size_t size = 0;
  ByteReader reader(*data);
  while (const auto unit = reader.Read<Le16>()) {
    if (*unit == 0) break;
    units[size++] = uint16_t{*unit};
  }
  std::array<char, kMaxTextBytes> bytes;
  text.Append(*Utf16ToUtf8(std::span(units).first(size), bytes));
  return text;
}

/// As `ReadText`, and deletes the variable; empty if that is not possible, as
/// else it would be followed for ever.
Text TakeText(VariableServices& variables, std::u16string_view name) {
  const Text text = ReadText(variables, name);
  if (!abi::EFI_ERROR(variables.Undefine(name, kLoaderInterfaceGuid))) {
    return text;
  }
  log::Warning("a one-shot variable cannot be deleted, and is ignored");
  return {};
}

/// Seconds, or words that stand for them. [bli, LoaderConfigTimeout]
std::optional<uint32_t> ParseTimeout(std::string_view text) {
  if (text == "menu-force") return UINT32_MAX;
  if (text == "menu-hidden" || text == "menu-disabled") return 0;
  if (text.empty()) return std::nullopt;
  uint64_t seconds = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    seconds = std::min<uint64_t>(seconds * 10 + static_cast<uint64_t>(c - '0'),
                                 UINT32_MAX);
  }
  return static_cast<uint32_t>(seconds);
}

}  // namespace

bool LoaderInterface::Prefer(BootPlan& plan) {
  const Text once = TakeText(variables_, u"LoaderEntryOneShot");
  if (ChooseMatching(once.view(), plan)) return true;
  if (!once.empty()) {
    log::Warning("LoaderEntryOneShot: there is no entry {}", once.view());
  }
  // For just this start goes before in general, whoever asked for it.
  const Candidate* const first = plan.first();
  if (first != nullptr && first->rank == boot_plan::Rank::kOnce) return false;
  return ChooseMatching(ReadText(variables_, u"LoaderEntryDefault").view(),
                        plan);
}

std::optional<uint32_t> LoaderInterface::TakeTimeoutSeconds() {
  const auto once =
      ParseTimeout(TakeText(variables_, u"LoaderConfigTimeoutOneShot").view());
  // For once there is a menu in any case, so this is what no time means.
  if (once) return *once == 0 ? UINT32_MAX : *once;
  return ParseTimeout(ReadText(variables_, u"LoaderConfigTimeout").view());
}

Status LoaderInterface::Publish(const LoaderFacts& facts,
                                const BootPlan& plan,
                                const Candidate& candidate) {
  TRY(DefineText(u"LoaderInfo", facts.loader));
  Text text;
  text.AppendFormat("Flint {}.{:02}",
                    facts.firmware_revision >> 16,
                    facts.firmware_revision & 0xffff);
  TRY(DefineText(u"LoaderFirmwareInfo", text.view()));
  text.Clear();
  text.AppendFormat(
      "UEFI {}.{:02}", facts.uefi_revision >> 16, facts.uefi_revision & 0xffff);
  TRY(DefineText(u"LoaderFirmwareType", text.view()));
  TRY(ToStatus(variables_.Define(
      u"LoaderFeatures",
      kLoaderInterfaceGuid,
      kVolatile,
      AsBytes(Le64(facts.boot_count_path.empty()
                       ? kFeatures
                       : kFeatures | Feature::kBootCounting)))));
  if (facts.partition) {
    std::array<char, Guid::kTextSize> guid;
    TRY(DefineText(u"LoaderDevicePartUUID", facts.partition->FormatTo(guid)));
  }
  if (!facts.boot_count_path.empty()) {
    TRY(DefinePath(u"LoaderBootCountPath", facts.boot_count_path));
  }
  TRY(DefineEntries(plan));
  TRY(DefineText(u"LoaderEntrySelected", IdOf(candidate).view()));
  TRY(DefinePath(u"LoaderImageIdentifier", candidate.path));
  text.Clear();
  text.AppendFormat("{}", facts.init_microseconds);
  TRY(DefineText(u"LoaderTimeInitUSec", text.view()));
  text.Clear();
  text.AppendFormat("{}", facts.exec_microseconds);
  return DefineText(u"LoaderTimeExecUSec", text.view());
}

void LoaderInterface::Withdraw() {
  for (const std::u16string_view name : kPublished) {
    static_cast<void>(variables_.Undefine(name, kLoaderInterfaceGuid));
  }
}

Status LoaderInterface::DefinePath(std::u16string_view name,
                                   std::string_view path) {
  return DefineText(name, path, u'\\');
}

Status LoaderInterface::DefineText(std::u16string_view name,
                                   std::string_view text,
                                   char16_t separator) {
  std::array<char16_t, kMaxTextUnits> units{};
  const auto converted =
      Utf8ToUtf16(text, std::span(units).first(units.size() - 1));
  // What cannot be said is not said.
  if (!converted) return {};
  std::ranges::replace(units, u'/', separator);
  return ToStatus(variables_.Define(
      name,
      kLoaderInterfaceGuid,
      kVolatile,
      std::as_bytes(std::span(units).first(converted->size() + 1))));
}

Status LoaderInterface::DefineEntries(const BootPlan& plan) {
  std::array<const Candidate*, kMaxCandidates> candidates;
  const size_t count = plan.List(candidates);
  std::array<char16_t, kMaxEntriesUnits> units{};
  size_t size = 0;
  for (const Candidate* candidate : std::span(candidates).first(count)) {
    const Text id = IdOf(*candidate);
    if (id.empty()) continue;
    const auto room = std::span(units).subspan(size);
    const auto converted = Utf8ToUtf16(id.view(), room.first(room.size() - 1));
    if (!converted) continue;
    room[converted->size()] = u'\0';
    size += converted->size() + 1;
    if (size == units.size()) break;
  }
  return ToStatus(
      variables_.Define(u"LoaderEntries",
                        kLoaderInterfaceGuid,
                        kVolatile,
                        std::as_bytes(std::span(units).first(size))));
}

}  // namespace flint::efi
