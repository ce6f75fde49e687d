// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "boot/memory/page_allocator.h"
#include "boot/paging/page_table_format.h"
#include "boot/paging/tlb.h"
#include "platforms/base/bytes.h"
#include "platforms/base/guest_memory.h"
#include "platforms/base/result.h"

namespace flint::paging {

/// What may be done with a page.
enum class Access : uint8_t {
  kReadOnly,
  kReadWrite,
  kReadExecute,
  /// Never for the firmware's own: for UEFI images that expect to execute
  /// whatever memory they are given.
  kReadWriteExecute,
};

enum class Caching : uint8_t {
  kWriteBack,
  kUncached,  // device registers
};

struct Attributes {
  Access access = Access::kReadOnly;
  Caching caching = Caching::kWriteBack;

  friend bool operator==(const Attributes&, const Attributes&) = default;
};

/// What the processor can do.
struct PagingFeatures {
  bool gigabyte_pages = false;
  bool no_execute = false;
  uint8_t physical_address_bits = 36;

  /// The first address beyond what the processor can put on its bus.
  constexpr uint64_t physical_limit() const {
    return uint64_t{1} << physical_address_bits;
  }

  /// The first address that cannot be mapped to itself: four levels of tables
  /// reach 2^47. The memory map must end here.
  constexpr uint64_t identity_limit() const {
    return std::min(physical_limit(), uint64_t{1} << 47);
  }
};

/// Where one address leads.
struct Translation {
  uint64_t physical_address = 0;
  Attributes attributes;
  uint64_t page_bytes = 0;

  friend bool operator==(const Translation&, const Translation&) = default;
};

/// Page tables of four levels, as a data structure. The largest pages that fit
/// are used, and split when part of one must differ.
///
/// Addresses and sizes are whole 4 KiB pages, virtual ones canonical; else
/// kInvalidArgument. Table pages come from below 4 GiB, where they can be
/// reached before and after these tables are in use; without one, kNoMemory,
/// and part of the change may have been made.
class PageTables {
 public:
  /// Empty tables. All arguments are kept and must outlive them.
  static Result<PageTables> Create(GuestMemory& memory,
                                   memory::PageAllocator& allocator,
                                   Tlb& tlb,
                                   const PagingFeatures& features);

  /// Physical address of the top table, for CR3.
  uint64_t root() const { return root_; }

  const PagingFeatures& features() const { return features_; }

  /// Makes [virtual_address, + size_bytes) lead to as much from
  /// `physical_address` on, whatever was there before. kOutOfRange beyond the
  /// processor's physical addresses.
  Status Map(uint64_t virtual_address,
             uint64_t physical_address,
             uint64_t size_bytes,
             const Attributes& attributes);

  /// Maps addresses to themselves.
  Status MapIdentity(uint64_t address,
                     uint64_t size_bytes,
                     const Attributes& attributes) {
    return Map(address, address, size_bytes, attributes);
  }

  /// Changes the attributes of mapped pages. kNotFound, and nothing is changed,
  /// if any is not mapped.
  Status Protect(uint64_t virtual_address,
                 uint64_t size_bytes,
                 const Attributes& attributes);

  /// Takes pages away; those that are not mapped are fine.
  Status Unmap(uint64_t virtual_address, uint64_t size_bytes);

  /// Where the address leads, or nothing.
  std::optional<Translation> Translate(uint64_t virtual_address) const;

 private:
  class Change;

  PageTables(GuestMemory& memory,
             memory::PageAllocator& allocator,
             Tlb& tlb,
             const PagingFeatures& features,
             uint64_t root)
      : memory_(&memory),
        allocator_(&allocator),
        tlb_(&tlb),
        features_(features),
        root_(root) {}

  Result<MutableBytes> MapTable(uint64_t table) const;
  Result<uint64_t> NewTable(Entry first, uint64_t step);
  Result<uint64_t> TableBelow(MutableBytes entries,
                              uint64_t address,
                              int level);
  Status Apply(uint64_t virtual_address,
               uint64_t size_bytes,
               const Change& change);
  Result<uint64_t> ApplyOnce(uint64_t address,
                             uint64_t room,
                             const Change& change,
                             bool& was_mapped);
  uint64_t ApplyToTable(MutableBytes entries,
                        int level,
                        uint64_t address,
                        uint64_t room,
                        const Change& change,
                        bool& was_mapped) const;
  bool MayReplace(const Change& change,
                  uint64_t address,
                  int level,
                  Entry old) const;
  Attributes AttributesOf(Entry entry) const;

  GuestMemory* memory_;
  memory::PageAllocator* allocator_;
  Tlb* tlb_;
  PagingFeatures features_;
  uint64_t root_;
};

}  // namespace flint::paging
