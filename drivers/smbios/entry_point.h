// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "platforms/base/bytes.h"
#include "platforms/base/guest_memory.h"
#include "platforms/base/result.h"

namespace flint::smbios {

/// A table longer than this is taken for damaged.
inline constexpr uint32_t kMaxTableSizeBytes = uint32_t{1} << 20;

/// Where an entry point and its structures are.
struct EntryPoint {
  uint64_t address = 0;
  uint32_t size_bytes = 0;
  uint64_t table_address = 0;
  uint32_t table_size_bytes = 0;

  friend bool operator==(const EntryPoint&, const EntryPoint&) = default;
};

/// Reads an entry point of either kind from the start of `bytes`; its own
/// `address` is for who knows it. kCorrupt or kTruncated: it is not a good one.
Result<EntryPoint> ParseEntryPoint(Bytes bytes);

/// What a VMM says of itself in the SMBIOS. [smbios 5.2]
///
/// Copies nothing: the structures stay where they are, and views of them are
/// valid as long as that memory is.
class Tables {
 public:
  /// Searches 0xF0000-0xFFFFF for the first good entry point of each kind. One
  /// is good if its bytes add up to zero, and its structures are in memory.
  /// kNotFound if there is none.
  static Result<Tables> Find(GuestMemory& memory);

  /// The entry point of version 2.1 (`_SM_`), and of version 3.0 (`_SM3_`).
  const std::optional<EntryPoint>& entry_point_32() const { return entry_32_; }
  const std::optional<EntryPoint>& entry_point_64() const { return entry_64_; }

  /// The structures, to be read by `StructureReader`: those of the newer entry
  /// point, where there are two.
  Bytes structures() const { return structures_; }

 private:
  Tables() = default;

  std::optional<EntryPoint> entry_32_;
  std::optional<EntryPoint> entry_64_;
  Bytes structures_;
};

}  // namespace flint::smbios
