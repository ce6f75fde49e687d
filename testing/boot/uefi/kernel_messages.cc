// SPDX-License-Identifier: Apache-2.0
#include "testing/boot/uefi/kernel_messages.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string_view>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"

namespace flint::boot_test {
namespace {

constexpr uint64_t kMib = 1 << 20;
constexpr uint64_t kFourGib = uint64_t{4} << 30;
/// Where conventional memory of a PC ends, at least.
constexpr uint64_t kConventionalEnd = 0x80000;

struct Range {
  uint64_t first;
  /// Inclusive.
  uint64_t last;
};

bool IsComplaint(std::string_view message) {
  const std::string lower = absl::AsciiStrToLower(message);
  // Linux counts ticks against the processor's cycles; on a busy host an
  // emulated timer is late.
  if (absl::StrContains(lower, "8254 timer not connected")) return false;
  constexpr std::array<std::string_view, 5> kAlways{
      "[firmware bug]", "[firmware warn]", "bug:", "warning:", "call trace:"};
  for (const std::string_view word : kAlways) {
    if (absl::StrContains(lower, word)) return true;
  }
  if (absl::StrContains(lower, "w+x")) {
    return !absl::StrContains(lower, "no w+x pages found");
  }
  if (!absl::StrContains(lower, "efi")) return false;
  constexpr std::array<std::string_view, 6> kInEfi{
      "fail", "invalid", "error", "corrupt", "illegal", "unable"};
  return std::ranges::any_of(kInEfi, [&](std::string_view word) {
    return absl::StrContains(lower, word);
  });
}

/// The number, written as "0x...", behind `mark`.
std::optional<uint64_t> NumberAfter(std::string_view line,
                                    std::string_view mark) {
  const size_t at = line.find(mark);
  if (at == line.npos) return std::nullopt;
  line.remove_prefix(at + mark.size());
  uint64_t value = 0;
  const auto [end, error] =
      std::from_chars(line.data(), line.data() + line.size(), value, 16);
  if (error != std::errc()) return std::nullopt;
  return value;
}

constexpr std::string_view kFirstLine = "efi: mem00:";

/// "efi: mem05: [...] range=[0x0000000000100000-0x00000000007fffff] (7MB)"
std::optional<Range> ParseRange(std::string_view message) {
  if (!absl::StrContains(message, "efi: mem")) return std::nullopt;
  const auto first = NumberAfter(message, "range=[0x");
  const auto last = NumberAfter(message, "-0x");
  if (!first || !last) return std::nullopt;
  return Range{.first = *first, .last = *last};
}

/// The first byte from `first` on that no range holds.
uint64_t EndOfCover(const std::vector<Range>& sorted, uint64_t first) {
  for (const Range& range : sorted) {
    if (range.first <= first && range.last >= first) first = range.last + 1;
  }
  return first;
}

std::string WhatIsWrong(std::vector<Range> ranges,
                        uint64_t low_end,
                        uint64_t high_end) {
  if (ranges.empty()) return "the kernel printed no EFI memory map";
  std::ranges::sort(ranges, {}, &Range::first);
  for (size_t i = 1; i < ranges.size(); ++i) {
    if (ranges[i].first <= ranges[i - 1].last) {
      return absl::StrFormat("%x is described twice", ranges[i].first);
    }
  }
  const auto is_covered = [&](uint64_t first, uint64_t end) {
    return EndOfCover(ranges, first) >= end;
  };
  if (!is_covered(0, kConventionalEnd)) return "conventional memory has holes";
  if (!is_covered(kMib, low_end)) return "RAM below 4 GiB has holes";
  if (high_end != 0 && !is_covered(kFourGib, high_end)) {
    return "RAM above 4 GiB has holes";
  }
  return "";
}

}  // namespace

std::vector<std::string> Complaints(const std::vector<std::string>& messages) {
  std::vector<std::string> complaints;
  std::ranges::copy_if(messages, std::back_inserter(complaints), IsComplaint);
  return complaints;
}

absl::Status CheckEfiMemoryMap(const std::vector<std::string>& messages,
                               uint64_t low_end,
                               uint64_t high_end) {
  std::vector<Range> ranges;
  std::vector<std::string_view> lines;
  for (const std::string& message : messages) {
    // Linux prints what it has left of the map once more.
    if (!lines.empty() && absl::StrContains(message, kFirstLine)) break;
    if (const std::optional<Range> range = ParseRange(message); range) {
      ranges.push_back(*range);
      lines.push_back(message);
    }
  }
  const std::string wrong = WhatIsWrong(ranges, low_end, high_end);
  if (wrong.empty()) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat(wrong, "; the map:\n", absl::StrJoin(lines, "\n")));
}

}  // namespace flint::boot_test
