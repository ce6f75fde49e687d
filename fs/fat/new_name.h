// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "fs/fat/directory_record.h"
#include "fs/fat/names.h"
#include "platforms/base/result.h"

namespace flint::fat {

using ShortName = std::array<uint8_t, 11>;

/// A name that a file is going to have.
class NewName {
 public:
  /// kInvalidArgument: FAT has no such name. Periods and spaces at the end do
  /// not count.
  static Result<NewName> Create(std::string_view text);

  const Name& long_name() const { return long_name_; }

  /// The short name says it all, together with `case_flags`: no long name is
  /// needed unless the short one is taken.
  bool fits_short() const { return fits_short_; }
  uint8_t case_flags() const { return case_flags_; }

  /// What of the name a short one can show. [fat 7.3]
  const ShortName& basis() const { return basis_; }
  /// The short name differs in more than case: it ends in a number.
  bool is_lossy() const { return is_lossy_; }

 private:
  NewName() = default;

  void MakeBasis();

  Name long_name_;
  ShortName basis_{};
  uint8_t case_flags_ = 0;
  bool fits_short_ = false;
  bool is_lossy_ = false;
};

/// Finds a short name that no other file of the directory has: is shown all of
/// them, then chooses. [fat 7.3]
class AliasChooser {
 public:
  /// What can be tried before a directory has no name left.
  static constexpr uint32_t kMaxRounds = 64;

  /// In round 0 names like "PROGRA~1.TXT" are tried; in others, the beginning
  /// is mixed from the long name.
  AliasChooser(const NewName& name, uint32_t round);

  void See(const ShortName& taken);
  /// A long name can look like a short one, too.
  void See(const Name& taken);

  /// None if all are taken.
  std::optional<ShortName> Choose() const;

 private:
  static constexpr uint32_t kMaxNumber = 9;

  ShortName WithNumber(uint32_t number) const;

  ShortName plain_;
  ShortName basis_;
  bool plain_is_allowed_;
  uint32_t taken_numbers_ = 0;  // bit n: number n
};

/// The records of one file in its directory: long name, then its own.
class RecordSet {
 public:
  static constexpr size_t kMaxRecords =
      1 + (Name::kMaxSize + LongNameRecord::kUnitCount - 1) /
              LongNameRecord::kUnitCount;

  /// The records of a file called `name`, in the directory `alias`. All but
  /// the names are taken from `record`.
  RecordSet(const NewName& name,
            const ShortName& alias,
            const DirectoryRecord& record);

  /// How many there may be at most for the name.
  static size_t MaxCount(const NewName& name);

  std::span<const DirectoryRecord> records() const {
    return std::span(records_).first(count_);
  }

 private:
  std::array<DirectoryRecord, kMaxRecords> records_{};
  size_t count_ = 0;
};

}  // namespace flint::fat
