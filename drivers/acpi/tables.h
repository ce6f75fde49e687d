// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "platforms/base/bytes.h"
#include "platforms/base/guest_memory.h"
#include "platforms/base/result.h"

namespace flint::acpi {

/// A table longer than this is taken for damaged.
inline constexpr uint32_t kMaxTableSizeBytes = uint32_t{16} << 20;

/// As many tables as we look at.
inline constexpr size_t kMaxTables = 256;

/// Where a table lies, so that the memory map can protect it.
struct TableRange {
  uint64_t address = 0;
  uint64_t size_bytes = 0;
  /// True for memory that firmware and operating system share for ever (the
  /// FACS), false for what the system may reclaim once it has read it.
  bool is_shared = false;

  friend bool operator==(const TableRange&, const TableRange&) = default;
};

/// The ACPI tables that the VMM made. [acpi-6.5 5.2]
///
/// Changes nothing: they may be shared, or in a ROM. Copies nothing but to list
/// one more: the tables stay where they are, and views of them are valid
/// as long as that memory is.
class Tables {
 public:
  /// Finds the root pointer: at `rsdp_address` if that is not 0 and good, else
  /// in 0xE0000-0xFFFFF, else in the first KiB of the extended BIOS data area,
  /// at `bios_data_address` if that is not 0. Prefers the XSDT to the RSDT.
  ///
  /// kNotFound if there is no root pointer; kCorrupt, kTruncated or
  /// kOutOfRange if there is one, but neither root table is good.
  static Result<Tables> Find(GuestMemory& memory,
                             uint64_t rsdp_address,
                             uint64_t bios_data_address = 0);

  /// The root pointer's address, to be passed on to the operating system.
  uint64_t rsdp_address() const { return rsdp_address_; }

  /// True if the root pointer has the fields of ACPI 2.0 and later.
  bool has_extended_root_pointer() const;

  /// True if there is a good RSDT, which is all that ACPI 1.0 knows.
  bool has_rsdt() const { return rsdt_.address != 0; }

  /// The `index`th good table of this four-letter signature, header included.
  /// Damaged ones are passed over; if there are only those, the first one's
  /// error is returned, else kNotFound.
  Result<Bytes> FindTable(std::string_view signature, size_t index = 0) const;

  /// The table at an address that another table names (DSDT). kNotFound if its
  /// signature is not the expected one, kCorrupt if its length or checksum is
  /// wrong, kOutOfRange if it is not in memory.
  Result<Bytes> ReadTable(uint64_t address, std::string_view signature) const;

  /// Fills `storage` with the range of every table, damaged or not, and
  /// returns what was filled: root pointer, both root tables, all they list,
  /// and the DSDT and FACS. kNoMemory if there is no room for all.
  Result<std::span<TableRange>> ListRanges(std::span<TableRange> storage) const;

  /// What `CopyRoot` needs.
  static constexpr size_t kRootCopyBytes = 3328;

  /// Copies root pointer and root tables to `room`, of `kRootCopyBytes`, which
  /// is at `address`, a multiple of 16, and has them list one more table, last.
  /// The root pointer is at the start. kOutOfRange: not all of that is below
  /// 4 GiB, which root tables of ACPI 1.0 want; kInvalidArgument: too little
  /// room; kUnsupported: there are more than `kMaxTables` tables.
  Status CopyRoot(uint64_t table_address,
                  MutableBytes room,
                  uint64_t address) const;

 private:
  // An RSDT or XSDT: a header, then addresses.
  struct Root {
    uint64_t address = 0;
    Bytes entries;
    size_t entry_size = 0;

    size_t entry_count() const;
    uint64_t EntryAt(size_t index) const;
  };

  Tables(GuestMemory& memory,
         uint64_t rsdp_address,
         uint32_t rsdp_size_bytes,
         const Root& xsdt,
         const Root& rsdt)
      : memory_(&memory),
        rsdp_address_(rsdp_address),
        rsdp_size_bytes_(rsdp_size_bytes),
        xsdt_(xsdt),
        rsdt_(rsdt) {}

  static Result<Tables> ReadRoot(GuestMemory& memory, uint64_t rsdp_address);
  static Result<Root> ReadRootTable(GuestMemory& memory,
                                    uint64_t address,
                                    std::string_view signature,
                                    size_t entry_size);

  Status CopyRootTable(const Root& root,
                       uint64_t table_address,
                       MutableBytes room) const;

  const Root& preferred_root() const {
    return xsdt_.address != 0 ? xsdt_ : rsdt_;
  }

  GuestMemory* memory_;
  uint64_t rsdp_address_;
  uint32_t rsdp_size_bytes_;
  Root xsdt_;  // address 0 if there is none, or none that is good
  Root rsdt_;
};

}  // namespace flint::acpi
