// SPDX-License-Identifier: Apache-2.0
#include "testing/qemu/transcript.h"

#include <regex.h>

#include <algorithm>
#include <array>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace flint::qemu {
namespace {

/// The whole match and nine groups.
constexpr size_t kMaximumGroups = 10;

class Regex {
 public:
  explicit Regex(const std::string& pattern)
      : error_(regcomp(&regex_, pattern.c_str(), REG_EXTENDED)) {}
  ~Regex() {
    if (error_ == 0) regfree(&regex_);
  }
  Regex(const Regex&) = delete;
  Regex& operator=(const Regex&) = delete;

  bool valid() const { return error_ == 0; }

  std::string Error() const {
    std::array<char, 128> text{};
    regerror(error_, &regex_, text.data(), text.size());
    return text.data();
  }

  std::optional<std::vector<std::string>> Search(
      const std::string& line) const {
    std::array<regmatch_t, kMaximumGroups> matches{};
    if (regexec(&regex_, line.c_str(), matches.size(), matches.data(), 0) !=
        0) {
      return std::nullopt;
    }
    std::vector<std::string> groups;
    for (size_t i = 0; i <= regex_.re_nsub && i < matches.size(); ++i) {
      const auto [begin, end] = matches[i];
      groups.push_back(begin < 0
                           ? ""
                           : line.substr(static_cast<size_t>(begin),
                                         static_cast<size_t>(end - begin)));
    }
    return groups;
  }

 private:
  regex_t regex_{};
  int error_;
};

}  // namespace

void Transcript::Append(std::string_view text) {
  std::copy_if(text.begin(), text.end(), std::back_inserter(text_), [](char c) {
    return c != '\r';
  });
}

std::string_view Transcript::unread() const {
  return std::string_view(text_).substr(read_);
}

bool Transcript::ConsumeText(std::string_view text) {
  const size_t position = text_.find(text, read_);
  if (position == std::string::npos) return false;
  read_ = position + text.size();
  return true;
}

absl::StatusOr<std::optional<std::vector<std::string>>> Transcript::ConsumeLine(
    const std::string& pattern) {
  const Regex regex(pattern);
  if (!regex.valid()) {
    return absl::InvalidArgumentError(
        absl::StrCat("regular expression ", pattern, ": ", regex.Error()));
  }
  size_t begin = read_;
  for (size_t end = text_.find('\n', begin); end != std::string::npos;
       end = text_.find('\n', begin)) {
    auto groups = regex.Search(text_.substr(begin, end - begin));
    begin = end + 1;
    if (groups) {
      read_ = begin;
      return groups;
    }
  }
  return std::nullopt;
}

std::string_view Transcript::Tail(size_t count) const {
  size_t begin = text_.size();
  // A line's own end does not count as the start of another.
  if (begin > 0 && text_[begin - 1] == '\n') --begin;
  while (begin > 0) {
    if (text_[begin - 1] == '\n' && --count == 0) break;
    --begin;
  }
  return std::string_view(text_).substr(begin);
}

}  // namespace flint::qemu
