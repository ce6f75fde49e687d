// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "platforms/base/arena.h"
#include "platforms/base/result.h"

namespace flint::bls {

/// The counters in a file name such as "name+3-1.conf". [bls, boot counting]
struct BootCount {
  uint32_t tries_left;
  uint32_t tries_done;
};

/// A file name taken apart: "name+3-1.conf" is "name" and its counters.
struct EntryName {
  std::string_view id;
  std::optional<BootCount> count;
};

/// Takes `suffix` (".conf", ".efi", in any case) and counters off a file name.
/// Absent if the name does not end in the suffix or has nothing before it.
std::optional<EntryName> ParseEntryName(std::string_view file_name,
                                        std::string_view suffix);

/// The processors that an entry's `architecture` may name.
enum class Architecture : uint8_t { kX64, kAa64, kRiscV64 };

/// The most initrds an entry may have; with more it cannot be booted.
inline constexpr size_t kMaxInitrds = 32;
/// As many are told of; further ones are left out in silence.
inline constexpr size_t kMaxDroppedVariables = 16;

/// What puts entries of either type in order.
struct SortFields {
  std::string_view sort_key = {};
  std::string_view machine_id = {};
  std::string_view version = {};
  /// The file name without its suffix.
  std::string_view name = {};
  /// No tries are left.
  bool bad = false;
};

/// Less: `a` is offered before `b`. [bls, sorting]
std::weak_ordering CompareForMenu(const SortFields& a, const SortFields& b);

/// Which of the specification's two kinds an entry is.
enum class EntryType : uint8_t {
  kText,          // type #1: a file that names a kernel or program
  kUnifiedImage,  // type #2: a kernel, its initrd and its options in one file
};

/// An entry of either type. All views lie in the text it was parsed from, in
/// its file name, or in the arena.
struct Entry {
  EntryType type = EntryType::kText;
  std::string_view file_name;
  /// The file name without counters and suffix: what `default` is matched to.
  std::string_view id;
  std::optional<BootCount> count;

  std::string_view title;
  std::string_view version;
  std::string_view machine_id;
  std::string_view sort_key;
  /// The kernel. If the entry can be tried, either this or `program` is there.
  std::string_view linux;
  /// The UEFI program to start: what `efi` or `uki` names, or the unified image
  /// itself.
  std::string_view program;
  /// In the order in which the kernel is to see them.
  std::span<const std::string_view> initrds;
  /// All `options` lines, joined by a space; of a unified image, the command
  /// line that is built into it.
  std::string_view options;
  /// Words like `$tuned_initrd`, meant for GRUB, which were left out of
  /// `options` and `initrds`. Worth a warning when the entry is booted.
  std::span<const std::string_view> dropped_variables;

  /// Why the entry cannot be booted here; absent if it can be tried.
  std::optional<Error> obstacle;
  /// Which of `ReadEntries`' sources it is from.
  size_t source = 0;

  SortFields sort_fields() const;
};

/// The suffix of such an entry's file name.
constexpr std::string_view SuffixOf(EntryType type) {
  return type == EntryType::kText ? ".conf" : ".efi";
}

/// An entry of this name, of which nothing else is known yet.
Entry MakeEntry(EntryType type, std::string_view file_name);

/// The largest entry or loader.conf that is read.
inline constexpr uint64_t kMaxTextSizeBytes = 64 * 1024;

/// Parses the text of a type #1 entry. What is wrong with the entry itself is
/// told by `obstacle`; fails only if the arena is full (kNoMemory).
///
/// Values are literal text, but one pair of double quotes around a value is
/// taken off. Lines end in LF or CRLF; a byte order mark is skipped; keys and
/// values are separated by spaces or tabs; unknown keys are ignored.
Result<Entry> ParseEntry(std::string_view file_name,
                         std::string_view text,
                         Architecture architecture,
                         Arena& arena);

}  // namespace flint::bls
