// SPDX-License-Identifier: Apache-2.0
#include "drivers/acpi/tables.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "drivers/acpi/fadt.h"
#include "drivers/acpi/table_format.h"
#include "platforms/base/endian.h"
#include "platforms/base/log.h"

namespace flint::acpi {
namespace {

// Where PC firmware leaves the root pointer. [acpi-6.5 5.2.5.1]
constexpr uint64_t kBiosAreaAddress = 0xE0000;
constexpr uint64_t kBiosAreaSizeBytes = 0x20000;
constexpr uint64_t kExtendedBiosDataSizeBytes = 1024;
constexpr uint64_t kRootPointerStep = 16;

constexpr uint32_t kMaxRootPointerSizeBytes = 4096;

/// The FACS has neither checksum nor the usual header. [acpi-6.5 5.2.10]
struct FacsStart {
  static constexpr uint32_t kMinSizeBytes = 64;

  Signature signature;
  Le32 length;
};
static_assert(sizeof(FacsStart) == 8 && WireType<FacsStart>);

std::string_view Text(const Signature& signature) {
  return {signature.data(), signature.size()};
}

template <WireType T>
Result<T> ReadAt(GuestMemory& memory, uint64_t address) {
  const Bytes bytes = TRY(memory.Map(address, sizeof(T)));
  return ReadWire<T>(bytes);
}

/// The root pointer at `address`; in revision 0, what came later reads as 0.
/// kNotFound if there is none.
Result<RootPointer> ReadRootPointer(GuestMemory& memory, uint64_t address) {
  const Bytes start = TRY(memory.Map(address, RootPointer::kSizeRevision0));
  RootPointer pointer{};
  std::memcpy(&pointer, start.data(), start.size());
  const std::string_view signature(pointer.signature.data(),
                                   pointer.signature.size());
  if (signature != RootPointer::kSignature) {
    return Fail(ErrorCode::kNotFound, "no ACPI root pointer there");
  }
  if (!ChecksumIsGood(start)) {
    return Fail(ErrorCode::kCorrupt, "ACPI root pointer has a bad checksum");
  }
  if (pointer.revision < 2) {
    pointer.length = RootPointer::kSizeRevision0;
    return pointer;
  }
  pointer = TRY(ReadAt<RootPointer>(memory, address));
  if (pointer.length < sizeof(RootPointer) ||
      pointer.length > kMaxRootPointerSizeBytes) {
    return Fail(ErrorCode::kCorrupt, "ACPI root pointer has a bad length");
  }
  if (!ChecksumIsGood(TRY(memory.Map(address, pointer.length)))) {
    return Fail(ErrorCode::kCorrupt,
                "ACPI root pointer has a bad extended checksum");
  }
  return pointer;
}

/// The address of the first good root pointer in an area.
std::optional<uint64_t> SearchRootPointer(GuestMemory& memory,
                                          uint64_t address,
                                          uint64_t size_bytes) {
  const auto area = memory.Map(address, size_bytes);
  if (!area) return std::nullopt;
  const std::string_view text = AsText(*area);
  for (uint64_t offset = 0; offset < text.size(); offset += kRootPointerStep) {
    if (text.substr(offset).starts_with(RootPointer::kSignature) &&
        ReadRootPointer(memory, address + offset)) {
      return address + offset;
    }
  }
  return std::nullopt;
}

std::optional<uint64_t> FindRootPointer(GuestMemory& memory,
                                        uint64_t told,
                                        uint64_t bios_data_address) {
  if (told != 0) {
    const auto pointer = ReadRootPointer(memory, told);
    if (pointer) return told;
    log::Warning("ACPI at {:x}, as the VMM says: {}", told, pointer.error());
  }
  const auto found =
      SearchRootPointer(memory, kBiosAreaAddress, kBiosAreaSizeBytes);
  if (found) return found;
  if (bios_data_address == 0) return std::nullopt;
  return SearchRootPointer(
      memory, bios_data_address, kExtendedBiosDataSizeBytes);
}

/// The header of a table whose length is possible.
Result<TableHeader> ReadHeader(GuestMemory& memory, uint64_t address) {
  if (address == 0) return Fail(ErrorCode::kNotFound, "no ACPI table");
  const auto header = TRY(ReadAt<TableHeader>(memory, address));
  if (header.length < sizeof(TableHeader) ||
      header.length > kMaxTableSizeBytes) {
    return Fail(ErrorCode::kCorrupt, "ACPI table has an impossible length");
  }
  return header;
}

Result<Bytes> ReadWhole(GuestMemory& memory,
                        uint64_t address,
                        std::string_view signature) {
  const TableHeader header = TRY(ReadHeader(memory, address));
  if (Text(header.signature) != signature) {
    return Fail(ErrorCode::kNotFound, "another ACPI table is there");
  }
  const Bytes table = TRY(memory.Map(address, header.length));
  if (!ChecksumIsGood(table)) {
    return Fail(ErrorCode::kCorrupt, "ACPI table has a bad checksum");
  }
  return table;
}

/// Collects ranges, each address once.
class RangeList {
 public:
  RangeList(GuestMemory& memory, std::span<TableRange> storage)
      : memory_(memory), storage_(storage) {}

  std::span<TableRange> ranges() const { return storage_.first(count_); }

  Status Add(const TableRange& range) {
    const std::span<TableRange> present = ranges();
    const bool known = std::any_of(
        present.begin(), present.end(), [&](const TableRange& other) {
          return other.address == range.address;
        });
    if (known || !memory_.Map(range.address, range.size_bytes)) return {};
    if (count_ == storage_.size()) {
      return Fail(ErrorCode::kNoMemory, "too many ACPI tables");
    }
    storage_[count_++] = range;
    return {};
  }

  /// Adds what is at `address`, if anything is.
  Status AddTable(uint64_t address) {
    const Result<TableHeader> header = ReadHeader(memory_, address);
    if (!header) return {};
    return Add({.address = address, .size_bytes = header->length});
  }

  Status AddFacs(uint64_t address) {
    if (address == 0) return {};
    const Result<FacsStart> facs = ReadAt<FacsStart>(memory_, address);
    if (!facs || Text(facs->signature) != "FACS" ||
        facs->length < FacsStart::kMinSizeBytes ||
        facs->length > kMaxTableSizeBytes) {
      return {};
    }
    return Add(
        {.address = address, .size_bytes = facs->length, .is_shared = true});
  }

 private:
  GuestMemory& memory_;
  std::span<TableRange> storage_;
  size_t count_ = 0;
};

// Where `CopyRoot` puts the tables: each with room for one more entry.
constexpr uint64_t kRsdtCopyOffset = 64;
constexpr uint64_t kXsdtCopyOffset = 1152;
static_assert(kRsdtCopyOffset + sizeof(TableHeader) +
                  (kMaxTables + 1) * sizeof(uint32_t) <=
              kXsdtCopyOffset);
static_assert(kXsdtCopyOffset + sizeof(TableHeader) +
                  (kMaxTables + 1) * sizeof(uint64_t) <=
              Tables::kRootCopyBytes);

/// Gives a root pointer its checksums.
void Seal(RootPointer& pointer) {
  pointer.checksum = 0;
  pointer.checksum =
      ChecksumFor(AsBytes(pointer).first(RootPointer::kSizeRevision0));
  if (pointer.revision < 2) return;
  pointer.length = sizeof(RootPointer);
  pointer.extended_checksum = 0;
  pointer.extended_checksum = ChecksumFor(AsBytes(pointer));
}

}  // namespace

size_t Tables::Root::entry_count() const {
  return entry_size == 0 ? 0
                         : std::min(entries.size() / entry_size, kMaxTables);
}

uint64_t Tables::Root::EntryAt(size_t index) const {
  Le64 entry = 0;
  std::memcpy(&entry, entries.data() + index * entry_size, entry_size);
  return entry;
}

Result<Tables::Root> Tables::ReadRootTable(GuestMemory& memory,
                                           uint64_t address,
                                           std::string_view signature,
                                           size_t entry_size) {
  const Bytes table = TRY(ReadWhole(memory, address, signature));
  return Root{.address = address,
              .entries = table.subspan(sizeof(TableHeader)),
              .entry_size = entry_size};
}

Result<Tables> Tables::ReadRoot(GuestMemory& memory, uint64_t rsdp_address) {
  const RootPointer pointer = TRY(ReadRootPointer(memory, rsdp_address));
  const auto xsdt =
      ReadRootTable(memory, pointer.xsdt_address, "XSDT", sizeof(uint64_t));
  const auto rsdt =
      ReadRootTable(memory, pointer.rsdt_address, "RSDT", sizeof(uint32_t));
  if (!xsdt && !rsdt) {
    const bool has_xsdt = pointer.xsdt_address != 0;
    return std::unexpected(has_xsdt ? xsdt.error() : rsdt.error());
  }
  if (!xsdt && pointer.xsdt_address != 0) {
    log::Warning("ACPI XSDT: {}; using the RSDT", xsdt.error());
  }
  return Tables(memory,
                rsdp_address,
                pointer.length,
                xsdt ? *xsdt : Root{},
                rsdt ? *rsdt : Root{});
}

Result<Tables> Tables::Find(GuestMemory& memory,
                            uint64_t rsdp_address,
                            uint64_t bios_data_address) {
  const std::optional<uint64_t> found =
      FindRootPointer(memory, rsdp_address, bios_data_address);
  if (!found) return Fail(ErrorCode::kNotFound, "no ACPI tables");
  return ReadRoot(memory, *found);
}

bool Tables::has_extended_root_pointer() const {
  return rsdp_size_bytes_ > RootPointer::kSizeRevision0;
}

Result<Bytes> Tables::ReadTable(uint64_t address,
                                std::string_view signature) const {
  return ReadWhole(*memory_, address, signature);
}

Result<Bytes> Tables::FindTable(std::string_view signature,
                                size_t index) const {
  std::optional<Error> damage;
  const Root& root = preferred_root();
  for (size_t entry = 0; entry < root.entry_count(); ++entry) {
    const uint64_t address = root.EntryAt(entry);
    const auto header = ReadAt<TableHeader>(*memory_, address);
    if (!header || Text(header->signature) != signature) continue;
    const Result<Bytes> table = ReadTable(address, signature);
    if (!table) {
      if (!damage) damage = table.error();
    } else if (index == 0) {
      return *table;
    } else {
      --index;
    }
  }
  if (damage) return std::unexpected(*damage);
  return Fail(ErrorCode::kNotFound, "ACPI has no such table");
}

Result<std::span<TableRange>> Tables::ListRanges(
    std::span<TableRange> storage) const {
  RangeList list(*memory_, storage);
  TRY(list.Add({.address = rsdp_address_, .size_bytes = rsdp_size_bytes_}));
  for (const Root* root : {&xsdt_, &rsdt_}) {
    TRY(list.AddTable(root->address));
    for (size_t entry = 0; entry < root->entry_count(); ++entry) {
      TRY(list.AddTable(root->EntryAt(entry)));
    }
  }
  const Result<Bytes> table = FindTable(kFadtSignature);
  if (!table) return list.ranges();
  const Result<Fadt> fadt = ParseFadt(*table);
  if (!fadt) return list.ranges();
  TRY(list.AddTable(fadt->dsdt_address));
  TRY(list.AddFacs(fadt->facs_address));
  return list.ranges();
}

Status Tables::CopyRootTable(const Root& root,
                             uint64_t table_address,
                             MutableBytes room) const {
  if (root.entries.size() / root.entry_size > kMaxTables) {
    return Fail(ErrorCode::kUnsupported, "ACPI has too many tables");
  }
  const size_t entries_size = root.entry_count() * root.entry_size;
  const size_t size = sizeof(TableHeader) + entries_size + root.entry_size;
  auto header = TRY(ReadAt<TableHeader>(*memory_, root.address));
  header.length = static_cast<uint32_t>(size);
  header.checksum = 0;
  TRY(WriteWire(room, 0, header));
  const MutableBytes entries = room.subspan(sizeof(TableHeader));
  std::ranges::copy(root.entries.first(entries_size), entries.begin());
  const Le64 entry = table_address;
  std::ranges::copy(AsBytes(entry).first(root.entry_size),
                    entries.begin() + static_cast<ptrdiff_t>(entries_size));
  header.checksum = ChecksumFor(room.first(size));
  return WriteWire(room, 0, header);
}

Status Tables::CopyRoot(uint64_t table_address,
                        MutableBytes room,
                        uint64_t address) const {
  constexpr uint64_t kLast = std::numeric_limits<uint32_t>::max();
  if (table_address > kLast || address > kLast - kRootCopyBytes) {
    return Fail(ErrorCode::kOutOfRange, "ACPI table would be above 4 GiB");
  }
  if (room.size() < kRootCopyBytes) {
    return Fail(ErrorCode::kInvalidArgument, "too little room for ACPI tables");
  }
  RootPointer pointer = TRY(ReadRootPointer(*memory_, rsdp_address_));
  pointer.rsdt_address = 0;
  pointer.xsdt_address = uint64_t{0};
  if (rsdt_.address != 0) {
    TRY(CopyRootTable(rsdt_, table_address, room.subspan(kRsdtCopyOffset)));
    pointer.rsdt_address = static_cast<uint32_t>(address + kRsdtCopyOffset);
  }
  if (xsdt_.address != 0) {
    TRY(CopyRootTable(xsdt_, table_address, room.subspan(kXsdtCopyOffset)));
    pointer.xsdt_address = address + kXsdtCopyOffset;
  }
  Seal(pointer);
  return WriteWire(room, 0, pointer);
}

}  // namespace flint::acpi
