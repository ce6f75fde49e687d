// SPDX-License-Identifier: Apache-2.0
#include "boot/settings/settings.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <system_error>
#include <utility>

#include "boot/info/command_line_words.h"

namespace flint::settings {
namespace {

constexpr std::string_view kPrefix = "flint.";

// Room for the longest word of ours.
constexpr size_t kMaxWordSize = kMaxOptionsSize + kMaxEntrySize;

template <typename T>
using Choice = std::pair<std::string_view, T>;

constexpr std::array kLevels{
    Choice<log::Level>("error", log::Level::kError),
    Choice<log::Level>("warning", log::Level::kWarning),
    Choice<log::Level>("info", log::Level::kInfo),
    Choice<log::Level>("debug", log::Level::kDebug),
};

constexpr std::array kFailureActions{
    Choice<OnFailure>("halt", OnFailure::kHalt),
    Choice<OnFailure>("reset", OnFailure::kReset),
    Choice<OnFailure>("poweroff", OnFailure::kPowerOff),
};

template <typename T, size_t kCount>
bool Choose(const std::array<Choice<T>, kCount>& choices,
            std::string_view name,
            T& chosen) {
  for (const auto& [choice_name, choice] : choices) {
    if (choice_name != name) continue;
    chosen = choice;
    return true;
  }
  return false;
}

std::optional<uint32_t> ParseNumber(std::string_view text) {
  const char* const end = text.data() + text.size();
  uint32_t number = 0;
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stop != end) return std::nullopt;
  return number;
}

/// Without the line end that a file has and a word has not.
std::string_view WithoutTrailingBlanks(std::string_view text) {
  while (!text.empty() && (boot::IsBlank(text.back()) || text.back() == '\0')) {
    text.remove_suffix(1);
  }
  return text;
}

}  // namespace

Settings::Outcome Settings::Set(std::string_view key, std::string_view value) {
  const auto outcome = [](bool good) {
    return good ? Outcome::kSet : Outcome::kBadValue;
  };
  if (key == "log") return outcome(Choose(kLevels, value, log_level_));
  if (key == "on_failure") {
    return outcome(Choose(kFailureActions, value, on_failure_));
  }
  if (key == "timeout") {
    const std::optional<uint32_t> seconds = ParseNumber(value);
    if (seconds) timeout_seconds_ = seconds;
    return outcome(seconds.has_value());
  }
  if (key == "boot") {
    if (value.empty() || value.size() > kMaxEntrySize) return outcome(false);
    boot_entry_.Clear();
    boot_entry_.Append(value);
    return outcome(true);
  }
  if (key == "options") {
    if (value.size() > kMaxOptionsSize) return outcome(false);
    options_.Clear();
    options_.Append(value);
    return outcome(true);
  }
  return Outcome::kUnknownKey;
}

void Settings::Apply(std::string_view key, std::string_view value) {
  value = WithoutTrailingBlanks(value);
  switch (Set(key, value)) {
    case Outcome::kSet:
      return;
    case Outcome::kUnknownKey:
      log::Warning("flint.{}: unknown setting, ignored", key);
      return;
    case Outcome::kBadValue:
      log::Warning("flint.{}: cannot be '{}', ignored", key, value);
      return;
  }
}

void Settings::ApplyWord(std::string_view word) {
  FixedText<kMaxWordSize> unquoted;
  for (const char character : word) {
    if (character != '"') unquoted.Append({&character, 1});
  }
  std::string_view setting = unquoted.view();
  if (!setting.starts_with(kPrefix)) return;
  if (unquoted.truncated()) {
    log::Warning("{}...: too long, ignored", setting.substr(0, 64));
    return;
  }
  setting.remove_prefix(kPrefix.size());
  const size_t key_size = std::min(setting.find('='), setting.size());
  const std::string_view key = setting.substr(0, key_size);
  const std::string_view value =
      setting.substr(std::min(key_size + 1, setting.size()));
  Apply(key, value);
}

void Settings::ApplyWords(std::string_view text) {
  boot::CommandLineWords words(text);
  while (const auto word = words.Next()) ApplyWord(*word);
}

}  // namespace flint::settings
