// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "boot/memory/e820.h"
#include "boot/memory/page_allocator.h"
#include "platforms/base/result.h"

namespace flint::memory {

/// What is below is handed out only where that is asked for: VMMs and kernels
/// keep things there that no map mentions.
inline constexpr uint64_t kLowMemoryEnd = uint64_t{1} << 20;

/// What a range of the one memory map is.
///
/// The first group is what the VMM (or a table it made) says, ordered by how
/// strict it is: where two claims overlap, the later kind wins. The second
/// group is what we made of free RAM.
enum class MemoryType : uint8_t {
  kFree,         // RAM nobody uses
  kAcpiReclaim,  // ACPI tables: RAM once the kernel has read them
  kAcpiNvs,      // RAM that firmware and ACPI keep across sleep
  kPersistent,   // NVDIMM
  kMmio,         // device registers
  kRuntimeMmio,  // those that UEFI's runtime services use
  kReserved,     // hands off, for a reason not told
  kUnusable,     // broken

  kImage,     // the firmware's own code, data and stack
  kModule,    // what the VMM loaded beside us, such as an initrd
  kFirmware,  // allocated for `MemoryUse::kFirmware`
  kKernel,    // allocated for `MemoryUse::kKernel`
  kRuntime,   // allocated for `MemoryUse::kRuntime`
};

/// True for the three types that `PageAllocator` hands out.
constexpr bool IsAllocated(MemoryType type) {
  return type >= MemoryType::kFirmware;
}

/// True for RAM that the VMM gave away for any use, whoever uses it.
constexpr bool IsUsableRam(MemoryType type) {
  return type == MemoryType::kFree || type >= MemoryType::kImage;
}

/// The E820 type a kernel is to see: what served us only is RAM again.
uint32_t ToE820Type(MemoryType type);

/// [address, end), whole pages, all of one type and owner.
struct MemoryRange {
  uint64_t address = 0;
  uint64_t end = 0;
  MemoryType type = MemoryType::kFree;
  uint64_t owner = 0;  // see PageRequest::owner

  constexpr uint64_t size_bytes() const { return end - address; }
  friend bool operator==(const MemoryRange&, const MemoryRange&) = default;
};

/// The one truth about the physical address space: sorted, disjoint ranges of
/// whole pages, neighbours of one kind merged. What no range covers is a hole
/// of which nothing is known. Page allocator, E820 table, UEFI memory map and
/// page tables are all rendered from it.
///
/// A fixed number of ranges in the caller's storage. When they run out, memory
/// is lost, but never handed out wrongly.
class MemoryMap final : public PageAllocator {
 public:
  /// An empty map, which has nothing to hand out. `storage` must outlive it.
  explicit constexpr MemoryMap(std::span<MemoryRange> storage)
      : storage_(storage) {}

  MemoryMap(const MemoryMap&) = delete;
  MemoryMap& operator=(const MemoryMap&) = delete;

  /// Replaces the map with what a VMM said, which is believed as little as
  /// possible: entries may be in any order, overlap (the stricter type wins),
  /// be empty or of type 0 (ignored), of unknown type (reserved), wrap or
  /// exceed `address_limit` (RAM that wraps is ignored, all else is cut). RAM
  /// is rounded to pages inwards, all else outwards. 0xA0000-0xFFFFF is
  /// reserved whatever the entries say.
  ///
  /// `address_limit`, at most 2^52, is the end of what the processor can
  /// address.
  void Build(std::span<const E820Entry> entries, uint64_t address_limit);

  /// Takes what is free RAM within [address, address + size_bytes), rounded
  /// outwards, out of circulation, as `type` (kImage or kModule). What is not
  /// free RAM keeps its type. Cannot fail: lacking room for the range, it
  /// forgets RAM around it.
  void Claim(uint64_t address, uint64_t size_bytes, MemoryType type);

  /// Gives a range that a table or a bus describes, rounded outwards, a type of
  /// the VMM's group other than kFree: ACPI tables, a device window.
  /// kOutOfRange if it wraps or exceeds the address limit, kInvalidArgument if
  /// it is empty or any of it is ours or allocated, kNoMemory if the storage is
  /// full; then nothing is changed.
  Status Mark(uint64_t address, uint64_t size_bytes, MemoryType type);

  // PageAllocator
  Result<uint64_t> Allocate(const PageRequest& request) override;
  Status AllocateAt(uint64_t address,
                    uint64_t page_count,
                    MemoryUse use) override;
  /// May return part of an allocation, or several adjacent ones, at once; for
  /// want of storage even this can fail with kNoMemory, and changes nothing.
  Status Free(uint64_t address, uint64_t page_count) override;

  /// Every range, ascending. Valid until the next change.
  std::span<const MemoryRange> ranges() const {
    return storage_.first(range_count_);
  }

  /// The range that holds `address`, or null in a hole.
  const MemoryRange* Find(uint64_t address) const;

  /// True if no byte of [address, address + size_bytes) lies in a hole. An
  /// empty range is covered if its address is.
  bool Covers(uint64_t address, uint64_t size_bytes) const;

  /// Sum of the ranges that are RAM, whoever uses it.
  uint64_t ram_bytes() const;

  /// RAM that was lost because the storage was full: worth a warning.
  uint64_t forgotten_bytes() const { return forgotten_bytes_; }

  /// Changes whenever the map does (the UEFI map key).
  uint64_t generation() const { return generation_; }

 private:
  struct Kind {
    MemoryType type;
    uint64_t owner = 0;
  };
  enum class Over : uint8_t { kFreeOnly, kLessStrict };

  size_t IndexAt(uint64_t address) const;
  Status Replace(uint64_t address, uint64_t end, std::optional<Kind> kind);
  Status Splice(size_t first,
                size_t last,
                std::span<const MemoryRange> replacement);
  void Overlay(uint64_t address, uint64_t end, Kind kind, Over over);
  void Withhold(uint64_t address, uint64_t end);
  std::optional<uint64_t> FindFree(const PageRequest& request,
                                   uint64_t size,
                                   uint64_t alignment) const;
  void AddRam(const E820Entry& entry);
  void AddOther(const E820Entry& entry);

  std::span<MemoryRange> storage_;
  size_t range_count_ = 0;
  size_t usable_count_ = 0;  // of storage_, at the moment
  uint64_t address_limit_ = 0;
  uint64_t forgotten_bytes_ = 0;
  uint64_t generation_ = 0;
};

/// Walks a map as a kernel's E820 table: ascending, adjacent ranges of one E820
/// type joined.
///
///     E820Cursor cursor(map);
///     while (const auto entry = cursor.Next()) { ... }
class E820Cursor {
 public:
  /// The map must not change while the cursor is in use.
  explicit E820Cursor(const MemoryMap& map) : ranges_(map.ranges()) {}

  /// The next entry, or nothing at the end.
  std::optional<E820Entry> Next();

 private:
  std::span<const MemoryRange> ranges_;
};

}  // namespace flint::memory
