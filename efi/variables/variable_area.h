// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "efi/variables/variable_format.h"
#include "platforms/base/bytes.h"
#include "platforms/base/guid.h"

namespace flint::efi {

/// What a variable is found by. The name is UTF-16 with its NUL.
struct VariableKey {
  Bytes name;
  Guid vendor;
};

/// A variable where it lies; valid until the area changes.
struct VariableView {
  uint64_t offset;
  uint64_t size_bytes;  // of the whole entry
  uint32_t attributes;
  Guid vendor;
  Bytes name;  // with its NUL
  Bytes data;
};

/// Variables in a caller's memory, packed in the order they were made.
///
/// The memory is all there is: it holds offsets, never pointers, and may be
/// moved or mapped elsewhere between uses. What is in it is trusted to have
/// been made by this class or passed `CheckVariableFile`; should something have
/// overwritten it, no access leaves the memory all the same.
class VariableArea final {
 public:
  /// `memory` holds a store already, or `Clear` or `Load` comes next.
  explicit VariableArea(MutableBytes memory) : memory_(memory) {}

  /// Makes it an empty store.
  void Clear();

  /// Takes over a store that passed `CheckVariableFile`. False, and nothing is
  /// changed, if there is no room.
  bool Load(Bytes store);

  /// What all entries may take together, and what they do take.
  uint64_t capacity_bytes() const;
  uint64_t used_bytes() const;
  uint64_t free_bytes() const { return capacity_bytes() - used_bytes(); }

  /// What an entry with that name and data would take.
  static uint64_t EntryBytes(uint64_t name_bytes, uint64_t data_bytes);

  /// Whether a variable of that name and size can be added, or can take the
  /// place of one whose entry is `replaced_bytes` long.
  bool HasRoomFor(Bytes name,
                  uint64_t data_bytes,
                  uint64_t replaced_bytes = 0) const {
    return EntryBytes(name.size(), data_bytes) <= free_bytes() + replaced_bytes;
  }

  std::optional<VariableView> First() const;
  std::optional<VariableView> After(const VariableView& view) const;
  std::optional<VariableView> Find(const VariableKey& key) const;

  /// Adds a variable behind all others. False, and nothing is changed, if there
  /// is no room.
  bool Add(const VariableKey& key, uint32_t attributes, Bytes data);

  /// Gives a variable other data, after the first `kept_bytes` of what it has.
  /// It stays in its place. False as above.
  bool Change(const VariableView& view, uint64_t kept_bytes, Bytes data);

  void Remove(const VariableView& view);

  /// The store as it goes into a file, its checksum brought up to date.
  Bytes Image();

 private:
  std::optional<VariableView> At(uint64_t offset) const;
  void MoveTail(uint64_t from, uint64_t to);
  uint64_t end_offset() const;
  void set_end_offset(uint64_t end);

  MutableBytes memory_;
};

}  // namespace flint::efi
