// SPDX-License-Identifier: Apache-2.0
#include "testing/boot/runtime/guest_facts.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace flint::boot_test {
namespace {

constexpr std::string_view kMark = "FLINT-GUEST ";
constexpr std::string_view kSeparator = ": ";

}  // namespace

GuestFacts::GuestFacts(std::string_view serial) {
  for (std::string_view line : absl::StrSplit(serial, '\n')) {
    // The kernel's own messages may stand before it on the same line.
    const size_t mark = line.find(kMark);
    if (mark == line.npos) continue;
    line = absl::StripTrailingAsciiWhitespace(line.substr(mark + kMark.size()));
    const size_t end = line.find(kSeparator);
    if (end == line.npos) continue;
    lines_[std::string(line.substr(0, end))].emplace_back(
        line.substr(end + kSeparator.size()));
  }
}

const std::vector<std::string>& GuestFacts::Lines(std::string_view name) const {
  static const std::vector<std::string> kNone;
  const auto found = lines_.find(name);
  return found == lines_.end() ? kNone : found->second;
}

std::string GuestFacts::Text(std::string_view name) const {
  return absl::StrJoin(Lines(name), "\n");
}

}  // namespace flint::boot_test
