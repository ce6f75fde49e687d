// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "fs/fat/directory_record.h"

namespace flint::fat {

/// A file's name in UTF-16, long or short.
struct Name {
  static constexpr size_t kMaxSize = 255;

  std::array<char16_t, kMaxSize> storage{};
  size_t size = 0;

  std::span<const char16_t> units() const {
    return std::span(storage).first(size);
  }
  bool empty() const { return size == 0; }
};

/// The checksum by which the parts of a long name refer to the short name that
/// follows them. [fat 7.2]
uint8_t ShortNameChecksum(const std::array<uint8_t, 11>& name);

/// The short name of `record` as it is shown: "README.TXT", "vmlinuz". Its
/// bytes are taken to be code page 437, those that would upset a path or a
/// console become '_'. Empty if it consists of spaces. [fat 6.1]
Name DecodeShortName(const DirectoryRecord& record);

/// A volume's label, as it is shown and as it is stored. None if it cannot be
/// stored: longer than eleven characters, or some that labels do not have.
/// Letters become capitals; an empty label is all spaces. [fat 6.4]
Name DecodeLabel(const std::array<uint8_t, 11>& label);
std::optional<std::array<uint8_t, 11>> EncodeLabel(std::string_view text);

/// A name that was asked for, prepared for comparing.
class WantedName {
 public:
  /// None if no file can have the name: not valid UTF-8, too long, or nothing
  /// left without trailing periods and spaces, which do not count.
  static std::optional<WantedName> Create(std::string_view text);

  /// Compares without case.
  bool Matches(const Name& name) const;

  /// The same for names that match the same.
  uint32_t hash() const;

 private:
  WantedName() = default;

  Name folded_;
};

/// Puts together the parts of a long name.
class LongNameAssembler {
 public:
  /// Takes the next record of the directory, which is a part.
  void Add(const LongNameRecord& part);

  /// The long name of the file whose own record comes next; empty if it has
  /// none, or the parts before it are incomplete, out of order, or those of
  /// another file. Then the short name must do.
  Name Take(const DirectoryRecord& record);

  void Reset() { part_count_ = missing_count_ = 0; }

 private:
  static constexpr size_t kMaxParts = 20;

  std::array<char16_t, kMaxParts * LongNameRecord::kUnitCount> units_{};
  size_t part_count_ = 0;
  size_t missing_count_ = 0;
  uint8_t checksum_ = 0;
};

}  // namespace flint::fat
