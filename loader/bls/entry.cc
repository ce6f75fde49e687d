// SPDX-License-Identifier: Apache-2.0
#include "loader/bls/entry.h"

#include <algorithm>
#include <array>
#include <utility>

#include "loader/bls/lines.h"
#include "loader/bls/text.h"
#include "loader/bls/version.h"

namespace flint::bls {
namespace {

constexpr bool IsDigit(char c) { return c >= '0' && c <= '9'; }

/// Takes digits off the end of `text` as a number, large ones as the largest;
/// absent if there are none.
std::optional<uint32_t> TakeNumberAtEnd(std::string_view& text) {
  size_t start = text.size();
  while (start > 0 && IsDigit(text[start - 1])) --start;
  if (start == text.size()) return std::nullopt;
  uint64_t number = 0;
  for (const char digit : text.substr(start)) {
    number = std::min<uint64_t>(
        number * 10 + static_cast<uint64_t>(digit - '0'), UINT32_MAX);
  }
  text = text.substr(0, start);
  return static_cast<uint32_t>(number);
}

bool TakeAtEnd(std::string_view& text, char c) {
  if (!text.ends_with(c)) return false;
  text.remove_suffix(1);
  return true;
}

/// Takes "+3" or "+3-1" off the end of a name.
std::optional<BootCount> TakeBootCount(std::string_view& name) {
  std::string_view rest = name;
  const std::optional<uint32_t> last = TakeNumberAtEnd(rest);
  if (!last) return std::nullopt;
  BootCount count{.tries_left = *last, .tries_done = 0};
  if (TakeAtEnd(rest, '-')) {
    const std::optional<uint32_t> first = TakeNumberAtEnd(rest);
    if (!first) return std::nullopt;
    count = {.tries_left = *first, .tries_done = *last};
  }
  if (!TakeAtEnd(rest, '+') || rest.empty()) return std::nullopt;
  name = rest;
  return count;
}

/// The names that an architecture goes by in the UEFI specification.
std::string_view NameOf(Architecture architecture) {
  switch (architecture) {
    case Architecture::kX64:
      return "x64";
    case Architecture::kAa64:
      return "aa64";
    case Architecture::kRiscV64:
      return "riscv64";
  }
  return {};
}

/// What an entry says beyond what is kept.
struct Raw {
  std::string_view architecture;
  bool has_devicetree = false;
  bool has_url = false;
  bool too_many_initrds = false;
};

std::optional<Error> FindObstacle(const Entry& entry,
                                  const Raw& raw,
                                  Architecture architecture) {
  if (!raw.architecture.empty() &&
      !EqualIgnoringCase(raw.architecture, NameOf(architecture))) {
    return Error(ErrorCode::kUnsupported, "is for another architecture");
  }
  if (IsGrubPath(entry.linux) || IsGrubPath(entry.program)) {
    return Error(ErrorCode::kUnsupported,
                 "names its kernel by a variable that only GRUB knows");
  }
  if (raw.has_devicetree) {
    return Error(ErrorCode::kUnsupported,
                 "needs a device tree, which cannot be passed on");
  }
  if (raw.too_many_initrds) {
    return Error(ErrorCode::kUnsupported, "names more than 32 initrds");
  }
  if (!entry.linux.empty() || !entry.program.empty()) return std::nullopt;
  if (raw.has_url) {
    return Error(ErrorCode::kUnsupported, "is to be loaded over the network");
  }
  return Error(ErrorCode::kCorrupt, "names no kernel");
}

/// Goes through an entry's text twice: to measure the lists, and to fill them.
class EntryParser {
 public:
  EntryParser(std::string_view text, Arena& arena)
      : text_(text), arena_(arena) {}

  Status Parse(Entry& entry, Raw& raw) {
    Walk(entry, raw);
    options_ = TRY(arena_.AllocateArray<char>(options_size_));
    initrds_ = TRY(arena_.AllocateArray<std::string_view>(initrd_count_));
    variables_ = TRY(arena_.AllocateArray<std::string_view>(variable_count_));
    options_size_ = initrd_count_ = variable_count_ = 0;
    Walk(entry, raw);

    entry.options = {options_.data(), options_.size()};
    entry.initrds = initrds_;
    entry.dropped_variables = variables_;
    raw.too_many_initrds = too_many_initrds_;
    return {};
  }

 private:
  void Walk(Entry& entry, Raw& raw) {
    LineReader lines(text_);
    while (const std::optional<Line> line = lines.Next()) {
      SetText(*line, entry, raw);
      if (line->key == "options") AddOptions(line->value);
      if (line->key == "initrd") AddInitrds(line->value);
    }
  }

  static void SetText(const Line& line, Entry& entry, Raw& raw) {
    const std::array<std::pair<std::string_view, std::string_view*>, 8> keys{{
        {"title", &entry.title},
        {"version", &entry.version},
        {"machine-id", &entry.machine_id},
        {"sort-key", &entry.sort_key},
        {"linux", &entry.linux},
        {"efi", &entry.program},
        {"uki", &entry.program},
        {"architecture", &raw.architecture},
    }};
    for (const auto& [key, value] : keys) {
      if (line.key == key) *value = line.value;
    }
    raw.has_devicetree |= line.key == "devicetree" && !line.value.empty();
    raw.has_url |= line.key == "uki-url";
  }

  /// Copies the value but for GRUB's variables and the blanks before them.
  void AddOptions(std::string_view value) {
    bool first = true;
    while (!value.empty()) {
      const std::string_view rest = value;
      const std::string_view word = TakeWord(value);
      if (IsGrubVariable(word)) {
        PutVariable(word);
        continue;
      }
      if (first && options_size_ != 0) PutOptions(" ");
      // The blanks within a value are kept, as they may stand in quotes.
      PutOptions(first ? word : rest.substr(0, rest.size() - value.size()));
      first = false;
    }
  }

  /// A value is one path, blanks and all. Only a line with GRUB's variables is
  /// read as GRUB does: several words, each a path. (tuned writes
  /// `initrd /initramfs.img $tuned_initrd`.)
  void AddInitrds(std::string_view value) {
    if (value.empty()) return;
    if (!HasGrubPath(value)) {
      PutInitrd(value);
      return;
    }
    for (std::string_view word = TakeWord(value); !word.empty();
         word = TakeWord(value)) {
      if (IsGrubPath(word)) {
        PutVariable(word);
      } else {
        PutInitrd(word);
      }
    }
  }

  // While measuring there is no room, and only the sizes grow.
  void PutOptions(std::string_view text) {
    if (!options_.empty()) text.copy(&options_[options_size_], text.size());
    options_size_ += text.size();
  }
  void PutInitrd(std::string_view path) {
    if (initrd_count_ == kMaxInitrds) {
      too_many_initrds_ = true;
      return;
    }
    if (!initrds_.empty()) initrds_[initrd_count_] = path;
    ++initrd_count_;
  }
  void PutVariable(std::string_view word) {
    if (variable_count_ == kMaxDroppedVariables) return;
    if (!variables_.empty()) variables_[variable_count_] = word;
    ++variable_count_;
  }

  std::string_view text_;
  Arena& arena_;
  std::span<char> options_;
  std::span<std::string_view> initrds_;
  std::span<std::string_view> variables_;
  size_t options_size_ = 0;
  size_t initrd_count_ = 0;
  size_t variable_count_ = 0;
  bool too_many_initrds_ = false;
};

}  // namespace

std::optional<EntryName> ParseEntryName(std::string_view file_name,
                                        std::string_view suffix) {
  if (file_name.size() <= suffix.size()) return std::nullopt;
  const size_t size = file_name.size() - suffix.size();
  if (!EqualIgnoringCase(file_name.substr(size), suffix)) return std::nullopt;
  EntryName name{.id = file_name.substr(0, size), .count = std::nullopt};
  name.count = TakeBootCount(name.id);
  return name;
}

std::weak_ordering CompareForMenu(const SortFields& a, const SortFields& b) {
  if (a.bad != b.bad) return a.bad <=> b.bad;
  if (a.sort_key.empty() != b.sort_key.empty()) {
    return a.sort_key.empty() <=> b.sort_key.empty();
  }
  if (!a.sort_key.empty()) {
    if (const auto order = a.sort_key <=> b.sort_key; order != 0) return order;
    if (const auto order = a.machine_id <=> b.machine_id; order != 0) {
      return order;
    }
    if (const auto order = CompareVersions(b.version, a.version); order != 0) {
      return order;
    }
  }
  return CompareVersions(b.name, a.name);
}

SortFields Entry::sort_fields() const {
  return {.sort_key = sort_key,
          .machine_id = machine_id,
          .version = version,
          .name = file_name.substr(0, file_name.rfind('.')),
          .bad = count && count->tries_left == 0};
}

Entry MakeEntry(EntryType type, std::string_view file_name) {
  Entry entry;
  entry.type = type;
  entry.file_name = file_name;
  entry.id = file_name;
  if (const auto name = ParseEntryName(file_name, SuffixOf(type))) {
    entry.id = name->id;
    entry.count = name->count;
  }
  return entry;
}

Result<Entry> ParseEntry(std::string_view file_name,
                         std::string_view text,
                         Architecture architecture,
                         Arena& arena) {
  Entry entry = MakeEntry(EntryType::kText, file_name);
  Raw raw;
  TRY(EntryParser(text, arena).Parse(entry, raw));
  // A kernel is booted directly, whatever else the entry offers.
  if (!entry.linux.empty()) entry.program = {};
  entry.obstacle = FindObstacle(entry, raw, architecture);
  return entry;
}

}  // namespace flint::bls
