// SPDX-License-Identifier: Apache-2.0
#include "boot/paging/page_tables.h"

#include <algorithm>

#include "platforms/base/bytes.h"
#include "platforms/base/checked.h"

namespace flint::paging {
namespace {

constexpr uint64_t kPage = memory::kPageSizeBytes;
constexpr uint64_t kLowerHalfEnd = uint64_t{1} << 47;
constexpr uint64_t kUpperHalfStart = ~(kLowerHalfEnd - 1);

// The end of a table's own entry: permissions are the leaf's to restrict.
constexpr uint64_t kTableBits = Entry::kPresent | Entry::kWritable;

// Accessed and dirty, so that the processor need not set them.
constexpr uint64_t kLeafBits =
    Entry::kPresent | Entry::kAccessed | Entry::kDirty;

// Everything of a leaf but where it leads and how large it is.
constexpr uint64_t kAttributeBits =
    ~(Entry::kAddressMask | uint64_t{Entry::kLarge});

// The entries of a table that is mapped whole; `index` is always within it.
Entry ReadEntry(Bytes entries, size_t index) {
  return *ReadWire<Entry>(entries, index * sizeof(Entry));
}

void WriteEntry(MutableBytes entries, size_t index, Entry entry) {
  static_cast<void>(WriteWire(entries, index * sizeof(Entry), entry));
}

bool IsCanonicalRange(uint64_t address, uint64_t size_bytes) {
  if (address < kLowerHalfEnd) return size_bytes <= kLowerHalfEnd - address;
  // The upper half ends where 64 bits do.
  return address >= kUpperHalfStart && size_bytes <= 0 - address;
}

bool IsWritable(Access access) {
  return access == Access::kReadWrite || access == Access::kReadWriteExecute;
}

bool IsExecutable(Access access) {
  return access == Access::kReadExecute || access == Access::kReadWriteExecute;
}

uint64_t ToBits(const Attributes& attributes, const PagingFeatures& features) {
  uint64_t bits = kLeafBits;
  if (IsWritable(attributes.access)) bits |= Entry::kWritable;
  if (!IsExecutable(attributes.access) && features.no_execute) {
    bits |= Entry::kNoExecute;
  }
  // Both bits: uncached whatever the MTRRs say. [sdm 3A 11.5.2.2]
  if (attributes.caching == Caching::kUncached) {
    bits |= Entry::kCacheDisable | Entry::kWriteThrough;
  }
  return bits;
}

}  // namespace

/// What becomes of the leaves of a range.
class PageTables::Change {
 public:
  static Change ToMapping(uint64_t virtual_address,
                          uint64_t physical_address,
                          uint64_t bits) {
    return Change(Kind::kMap, physical_address - virtual_address, bits);
  }
  static Change ToAttributes(uint64_t bits) {
    return Change(Kind::kProtect, 0, bits);
  }
  static Change ToNothing() { return Change(Kind::kUnmap, 0, 0); }

  /// True if an entry of that level may become the leaf for `address`.
  bool Fits(uint64_t address, int level, Entry old) const {
    const uint64_t mask = EntrySpan(level) - 1;
    if (kind_ == Kind::kMap) return ((address + distance_) & mask) == 0;
    // An absent entry stays absent at any size; a leaf keeps its own.
    return !old.present() || old.IsLeaf(level);
  }

  Entry NewLeaf(uint64_t address, int level, Entry old) const {
    if (kind_ == Kind::kUnmap || (kind_ == Kind::kProtect && !old.present())) {
      return Entry();
    }
    if (kind_ == Kind::kProtect) {
      return Entry((old.bits() & ~kAttributeBits) | bits_);
    }
    const uint64_t large = level > 1 ? Entry::kLarge : 0;
    return Entry((address + distance_) | large | bits_);
  }

  bool creates() const { return kind_ == Kind::kMap; }

 private:
  enum class Kind : uint8_t { kMap, kProtect, kUnmap };

  Change(Kind kind, uint64_t distance, uint64_t bits)
      : kind_(kind), distance_(distance), bits_(bits) {}

  Kind kind_;
  uint64_t distance_;  // from virtual to physical address, modulo 2^64
  uint64_t bits_;
};

Result<PageTables> PageTables::Create(GuestMemory& memory,
                                      memory::PageAllocator& allocator,
                                      Tlb& tlb,
                                      const PagingFeatures& features) {
  PageTables tables(memory, allocator, tlb, features, 0);
  tables.root_ = TRY(tables.NewTable(Entry(), 0));
  return tables;
}

Status PageTables::Map(uint64_t virtual_address,
                       uint64_t physical_address,
                       uint64_t size_bytes,
                       const Attributes& attributes) {
  if (!IsAligned(physical_address, kPage)) {
    return Fail(ErrorCode::kInvalidArgument, "not whole pages to be mapped");
  }
  const auto end = CheckedAdd(physical_address, size_bytes);
  if (!end || *end > features_.physical_limit()) {
    return Fail(ErrorCode::kOutOfRange,
                "address exceeds the processor's physical addresses");
  }
  return Apply(
      virtual_address,
      size_bytes,
      Change::ToMapping(
          virtual_address, physical_address, ToBits(attributes, features_)));
}

Status PageTables::Protect(uint64_t virtual_address,
                           uint64_t size_bytes,
                           const Attributes& attributes) {
  for (uint64_t offset = 0; offset < size_bytes;) {
    const auto translation = Translate(virtual_address + offset);
    if (!translation) {
      return Fail(ErrorCode::kNotFound, "page to be protected is not mapped");
    }
    const uint64_t page = translation->page_bytes;
    offset += page - ((virtual_address + offset) & (page - 1));
  }
  return Apply(virtual_address,
               size_bytes,
               Change::ToAttributes(ToBits(attributes, features_)));
}

Status PageTables::Unmap(uint64_t virtual_address, uint64_t size_bytes) {
  return Apply(virtual_address, size_bytes, Change::ToNothing());
}

std::optional<Translation> PageTables::Translate(
    uint64_t virtual_address) const {
  if (!IsCanonicalRange(virtual_address, 1)) return std::nullopt;
  uint64_t table = root_;
  for (int level = kTopLevel; level >= 1; --level) {
    const auto entries = MapTable(table);
    if (!entries) return std::nullopt;
    const Entry entry = ReadEntry(*entries, EntryIndex(virtual_address, level));
    if (!entry.present()) return std::nullopt;
    if (entry.IsLeaf(level)) {
      const uint64_t offset_mask = EntrySpan(level) - 1;
      return Translation{.physical_address = (entry.address() & ~offset_mask) |
                                             (virtual_address & offset_mask),
                         .attributes = AttributesOf(entry),
                         .page_bytes = EntrySpan(level)};
    }
    table = entry.address();
  }
  return std::nullopt;
}

// Changes the range, page by page of the largest size possible.
Status PageTables::Apply(uint64_t virtual_address,
                         uint64_t size_bytes,
                         const Change& change) {
  if (!IsAligned(virtual_address, kPage) || !IsAligned(size_bytes, kPage) ||
      !IsCanonicalRange(virtual_address, size_bytes)) {
    return Fail(ErrorCode::kInvalidArgument, "not whole pages to be changed");
  }
  bool was_mapped = false;
  Status status;
  for (uint64_t done = 0; done < size_bytes;) {
    const Result<uint64_t> step = ApplyOnce(
        virtual_address + done, size_bytes - done, change, was_mapped);
    if (!step) {
      status = std::unexpected(step.error());
      break;
    }
    done += *step;
  }
  // Even after a failure: part of the change may have been made. The processor
  // does not remember that something was not mapped. [sdm 3A 4.10.4.3]
  if (was_mapped) tlb_->Invalidate(virtual_address, size_bytes);
  return status;
}

// Changes leaves from the start of [address, + room) on, as many as lie in one
// table, and returns how much they cover.
Result<uint64_t> PageTables::ApplyOnce(uint64_t address,
                                       uint64_t room,
                                       const Change& change,
                                       bool& was_mapped) {
  uint64_t table = root_;
  for (int level = kTopLevel;; --level) {
    const MutableBytes entries = TRY(MapTable(table));
    const uint64_t span = EntrySpan(level);
    const uint64_t offset = address & (span - 1);
    const Entry old = ReadEntry(entries, EntryIndex(address, level));
    if (!change.creates() && !old.present()) {
      // Nothing here, and nothing to do up to the end of the entry.
      return std::min(room, span - offset);
    }
    if (offset == 0 && room >= span &&
        MayReplace(change, address, level, old)) {
      return ApplyToTable(entries, level, address, room, change, was_mapped);
    }
    table = TRY(TableBelow(entries, address, level));
  }
}

// Changes entries of one table while they are leaves, or may become some.
uint64_t PageTables::ApplyToTable(MutableBytes entries,
                                  int level,
                                  uint64_t address,
                                  uint64_t room,
                                  const Change& change,
                                  bool& was_mapped) const {
  const uint64_t span = EntrySpan(level);
  uint64_t done = 0;
  for (size_t index = EntryIndex(address, level);
       index < kTableEntryCount && room - done >= span;
       ++index, done += span) {
    const Entry old = ReadEntry(entries, index);
    if (!MayReplace(change, address + done, level, old)) break;
    was_mapped |= old.present();
    WriteEntry(entries, index, change.NewLeaf(address + done, level, old));
  }
  return done;
}

// The table that the entry for `address` leads to. One that is absent is made;
// a large page is split into it.
Result<uint64_t> PageTables::TableBelow(MutableBytes entries,
                                        uint64_t address,
                                        int level) {
  const size_t index = EntryIndex(address, level);
  const Entry entry = ReadEntry(entries, index);
  if (entry.present() && !entry.IsLeaf(level)) return entry.address();

  Entry first;
  uint64_t step = 0;
  if (entry.present()) {
    const uint64_t large = level - 1 > 1 ? Entry::kLarge : 0;
    first = Entry(entry.address() | large | (entry.bits() & kAttributeBits));
    step = EntrySpan(level - 1);
  }
  const uint64_t below = TRY(NewTable(first, step));
  WriteEntry(entries, index, Entry(below | kTableBits));
  return below;
}

// A table whose entries begin with `first`, each `step` higher.
Result<uint64_t> PageTables::NewTable(Entry first, uint64_t step) {
  const uint64_t table = TRY(allocator_->Allocate(
      {.page_count = 1, .max_address = (uint64_t{1} << 32) - 1}));
  const MutableBytes entries = TRY(MapTable(table));
  for (size_t i = 0; i < kTableEntryCount; ++i) {
    WriteEntry(entries, i, Entry(first.bits() + i * step));
  }
  return table;
}

Result<MutableBytes> PageTables::MapTable(uint64_t table) const {
  return memory_->Map(table, kTableBytes);
}

bool PageTables::MayReplace(const Change& change,
                            uint64_t address,
                            int level,
                            Entry old) const {
  const bool is_table = old.present() && !old.IsLeaf(level);
  const bool may_be_leaf =
      level <= 2 || (level == 3 && features_.gigabyte_pages);
  return !is_table && (may_be_leaf || !change.creates()) &&
         change.Fits(address, level, old);
}

Attributes PageTables::AttributesOf(Entry entry) const {
  const bool executable = !entry.no_execute() && features_.no_execute;
  const Access access =
      entry.writable()
          ? (executable ? Access::kReadWriteExecute : Access::kReadWrite)
          : (executable ? Access::kReadExecute : Access::kReadOnly);
  return {.access = access,
          .caching = (entry.bits() & Entry::kCacheDisable) != 0
                         ? Caching::kUncached
                         : Caching::kWriteBack};
}

}  // namespace flint::paging
