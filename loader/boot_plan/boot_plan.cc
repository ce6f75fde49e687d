// SPDX-License-Identifier: Apache-2.0
#include "loader/boot_plan/boot_plan.h"

#include "loader/bls/bls.h"
#include "loader/bls/glob.h"
#include "platforms/base/format.h"

namespace flint::boot_plan {
namespace {

/// Room for a disk's name, a partition's, and two of the longest file names.
using ReportLine = FixedText<1024>;

void AppendPlace(const Place& place, ReportLine& line) {
  if (place.disk.empty()) return;
  line.Append(place.disk);
  if (place.partition != 0) {
    line.AppendFormat(", partition {}", place.partition);
  }
  if (!place.partition_label.empty()) {
    line.AppendFormat(" ({})", place.partition_label);
  }
  line.Append(": ");
}

void AppendNamed(std::string_view name, ReportLine& line) {
  if (!name.empty()) line.AppendFormat("{}: ", name);
}

bool Matches(std::string_view pattern, const Candidate& candidate) {
  if (candidate.bls_entry != nullptr &&
      bls::Matches(pattern, *candidate.bls_entry)) {
    return true;
  }
  return bls::MatchesGlob(pattern, candidate.id) ||
         bls::MatchesGlob(pattern, candidate.name) ||
         bls::MatchesGlob(pattern, candidate.title);
}

}  // namespace

/// A candidate or, having no device, a finding: both are reported in the order
/// in which they were added.
struct BootPlan::Item {
  Candidate candidate;
  bool is_candidate;
  bool preferred;
  /// Absent while a candidate was not tried.
  std::optional<Failure> failure;
  Item* next;
};

Status BootPlan::Insert(const Item& item) {
  Item& copy = TRY(arena_.AllocateArray<Item>(1)).front();
  copy = item;
  // Most are added behind all others.
  Item* before = last_;
  if (before != nullptr && before->candidate.rank > item.candidate.rank) {
    before = nullptr;
    for (Item* i = first_; i->candidate.rank <= item.candidate.rank;
         i = i->next) {
      before = i;
    }
  }
  Item*& link = before == nullptr ? first_ : before->next;
  copy.next = link;
  link = &copy;
  if (copy.next == nullptr) last_ = &copy;
  ++item_count_;
  return {};
}

template <typename Visitor>
void BootPlan::ForEachCandidate(Visitor visit) const {
  for (const bool preferred : {true, false}) {
    for (Item* item = first_; item != nullptr; item = item->next) {
      if (item->is_candidate && item->preferred == preferred) visit(*item);
    }
  }
}

Status BootPlan::Add(const Candidate& candidate) {
  TRY(Insert({.candidate = candidate,
              .is_candidate = true,
              .preferred = false,
              .failure = std::nullopt,
              .next = nullptr}));
  ++candidate_count_;
  return {};
}

Status BootPlan::AddFinding(const Place& place,
                            std::string_view name,
                            Failure failure) {
  Item item{.candidate = {},
            .is_candidate = false,
            .preferred = false,
            .failure = failure,
            .next = nullptr};
  item.candidate.place = place;
  item.candidate.name = name;
  return Insert(item);
}

size_t BootPlan::Prefer(std::string_view pattern) {
  size_t count = 0;
  for (Item* item = first_; item != nullptr; item = item->next) {
    item->preferred = item->is_candidate && Matches(pattern, item->candidate);
    count += item->preferred ? 1 : 0;
  }
  return count;
}

void BootPlan::Choose(const Candidate& candidate,
                      std::optional<std::string_view> load_options) {
  for (Item* item = first_; item != nullptr; item = item->next) {
    item->preferred = &item->candidate == &candidate;
    if (item->preferred && load_options) {
      item->candidate.load_options = *load_options;
    }
  }
}

size_t BootPlan::List(std::span<const Candidate*> out) const {
  size_t count = 0;
  ForEachCandidate([&](const Item& item) {
    if (count < out.size()) out[count++] = &item.candidate;
  });
  return count;
}

const Candidate* BootPlan::first() const {
  const Candidate* first = nullptr;
  List(std::span(&first, 1));
  return first;
}

void BootPlan::Run(Booter& booter) {
  ForEachCandidate(
      [&](Item& item) { item.failure = booter.Boot(item.candidate); });
}

void BootPlan::WriteReport(LineWriter& writer) const {
  writer.WriteLine(first_ == nullptr ? "no bootable operating system found"
                                     : "no bootable operating system found:");
  for (const Item* item = first_; item != nullptr; item = item->next) {
    ReportLine line("  ");
    AppendPlace(item->candidate.place, line);
    AppendNamed(item->candidate.name, line);
    if (item->failure) {
      AppendNamed(item->failure->path, line);
      line.Append(item->failure->error.reason());
    } else {
      line.Append("not tried");
    }
    writer.WriteLine(line.view());
  }
}

}  // namespace flint::boot_plan
