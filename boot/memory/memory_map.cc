// SPDX-License-Identifier: Apache-2.0
#include "boot/memory/memory_map.h"

#include <algorithm>
#include <array>
#include <bit>

#include "platforms/base/checked.h"

namespace flint::memory {
namespace {

// Video memory, option ROMs and the firmware area of a PC: VMMs keep ACPI
// tables and more there without a word in their map.
constexpr uint64_t kLegacyHoleStart = 0xA0000;
constexpr uint64_t kLegacyHoleEnd = kLowMemoryEnd;

constexpr uint64_t kMaxAddressLimit = uint64_t{1} << 52;

MemoryType FromE820Type(uint32_t type) {
  switch (type) {
    case E820Type::kRam:
      return MemoryType::kFree;
    case E820Type::kAcpiReclaim:
      return MemoryType::kAcpiReclaim;
    case E820Type::kAcpiNvs:
      return MemoryType::kAcpiNvs;
    case E820Type::kPersistent:
      return MemoryType::kPersistent;
    case E820Type::kUnusable:
      return MemoryType::kUnusable;
    default:
      return MemoryType::kReserved;
  }
}

MemoryType ToMemoryType(MemoryUse use) {
  switch (use) {
    case MemoryUse::kFirmware:
      return MemoryType::kFirmware;
    case MemoryUse::kKernel:
      return MemoryType::kKernel;
    case MemoryUse::kRuntime:
      return MemoryType::kRuntime;
  }
  return MemoryType::kRuntime;
}

constexpr bool IsOurs(MemoryType type) { return type >= MemoryType::kImage; }

// The end of a range, where one that wraps ends at the limit.
uint64_t EndWithin(uint64_t address, uint64_t size_bytes, uint64_t limit) {
  const Result<uint64_t> end = CheckedAdd(address, size_bytes);
  return end ? std::min(*end, limit) : limit;
}

uint64_t RoundUpWithin(uint64_t address, uint64_t limit) {
  const Result<uint64_t> rounded = AlignUp(address, kPageSizeBytes);
  return rounded ? std::min(*rounded, limit) : limit;
}

constexpr std::unexpected<Error> NoRoomForRange() {
  return Fail(ErrorCode::kNoMemory, "memory map has too many ranges");
}

}  // namespace

void MemoryMap::Build(std::span<const E820Entry> entries,
                      uint64_t address_limit) {
  range_count_ = 0;
  forgotten_bytes_ = 0;
  address_limit_ =
      AlignDown(std::min(address_limit, kMaxAddressLimit), kPageSizeBytes);
  ++generation_;
  // The last quarter is kept for what we allocate.
  usable_count_ = storage_.size() - storage_.size() / 4;
  // All RAM first: should the storage run out, what then overlays it can only
  // take RAM away.
  for (const E820Entry& entry : entries) {
    if (entry.type == E820Type::kRam) AddRam(entry);
  }
  for (const E820Entry& entry : entries) {
    if (entry.type != E820Type::kRam && entry.type != 0) AddOther(entry);
  }
  AddOther({.address = kLegacyHoleStart,
            .size_bytes = kLegacyHoleEnd - kLegacyHoleStart,
            .type = E820Type::kReserved});
  usable_count_ = storage_.size();
}

void MemoryMap::AddRam(const E820Entry& entry) {
  if (!CheckedAdd(entry.address, entry.size_bytes)) return;
  const uint64_t address = RoundUpWithin(entry.address, address_limit_);
  const uint64_t end =
      AlignDown(EndWithin(entry.address, entry.size_bytes, address_limit_),
                kPageSizeBytes);
  if (address >= end) return;
  if (!Replace(address, end, Kind{MemoryType::kFree})) {
    forgotten_bytes_ += end - address;
  }
}

void MemoryMap::AddOther(const E820Entry& entry) {
  if (entry.size_bytes == 0) return;
  const uint64_t address = AlignDown(entry.address, kPageSizeBytes);
  const uint64_t end =
      RoundUpWithin(EndWithin(entry.address, entry.size_bytes, address_limit_),
                    address_limit_);
  Overlay(address, end, Kind{FromE820Type(entry.type)}, Over::kLessStrict);
}

void MemoryMap::Claim(uint64_t address, uint64_t size_bytes, MemoryType type) {
  if (size_bytes == 0) return;
  const uint64_t end = RoundUpWithin(
      EndWithin(address, size_bytes, address_limit_), address_limit_);
  Overlay(AlignDown(address, kPageSizeBytes), end, Kind{type}, Over::kFreeOnly);
}

// Gives the kind to those parts of [address, end) that yield to it.
void MemoryMap::Overlay(uint64_t address, uint64_t end, Kind kind, Over over) {
  while (address < end) {
    const size_t index = IndexAt(address);
    std::optional<MemoryType> existing;
    uint64_t part_end = end;
    if (index < range_count_) {
      const MemoryRange& range = storage_[index];
      const bool covered = range.address <= address;
      if (covered) existing = range.type;
      part_end = std::min(end, covered ? range.end : range.address);
    }
    const bool yields = over == Over::kFreeOnly
                            ? existing == MemoryType::kFree
                            : !existing.has_value() || *existing < kind.type;
    if (yields && !Replace(address, part_end, kind) &&
        existing == MemoryType::kFree) {
      Withhold(address, part_end);
    }
    address = part_end;
  }
}

// Makes part of one free range unavailable when there is no room to record
// what it is. At worst the smaller rest of the range is lost with it: cutting
// an end off needs no room.
void MemoryMap::Withhold(uint64_t address, uint64_t end) {
  if (Replace(address, end, std::nullopt)) return;
  const MemoryRange range = storage_[IndexAt(address)];
  const uint64_t before = address - range.address;
  const uint64_t after = range.end - end;
  const Status cut = before >= after
                         ? Replace(address, range.end, std::nullopt)
                         : Replace(range.address, end, std::nullopt);
  static_cast<void>(cut);
  forgotten_bytes_ += std::min(before, after);
}

Status MemoryMap::Mark(uint64_t address, uint64_t size_bytes, MemoryType type) {
  if (size_bytes == 0 || type == MemoryType::kFree || IsOurs(type)) {
    return Fail(ErrorCode::kInvalidArgument, "not a range that can be marked");
  }
  const uint64_t raw_end = TRY(CheckedAdd(address, size_bytes));
  if (raw_end > address_limit_) {
    return Fail(ErrorCode::kOutOfRange,
                "range exceeds what the processor can address");
  }
  const uint64_t start = AlignDown(address, kPageSizeBytes);
  const uint64_t end = RoundUpWithin(raw_end, address_limit_);
  for (size_t i = IndexAt(start); i < range_count_ && storage_[i].address < end;
       ++i) {
    if (IsOurs(storage_[i].type)) {
      return Fail(ErrorCode::kInvalidArgument,
                  "range to be marked overlaps memory in use");
    }
  }
  return Replace(start, end, Kind{type});
}

Result<uint64_t> MemoryMap::Allocate(const PageRequest& request) {
  const uint64_t alignment = std::max(request.alignment_bytes, kPageSizeBytes);
  if (request.page_count == 0 || !std::has_single_bit(alignment)) {
    return Fail(ErrorCode::kInvalidArgument,
                "page request is empty or has an odd alignment");
  }
  const auto size = CheckedMul(request.page_count, kPageSizeBytes);
  const auto address =
      size ? FindFree(request, *size, alignment) : std::nullopt;
  if (!address) {
    return Fail(ErrorCode::kNoMemory,
                "no free memory of the wanted size and place");
  }
  TRY(Replace(*address,
              *address + *size,
              Kind{ToMemoryType(request.use), request.owner}));
  return *address;
}

// The address for `size` bytes in the first free range, from the end that is
// asked for, that has room for them.
std::optional<uint64_t> MemoryMap::FindFree(const PageRequest& request,
                                            uint64_t size,
                                            uint64_t alignment) const {
  const uint64_t lowest = std::max(
      request.min_address, request.low_memory ? kPageSizeBytes : kLowMemoryEnd);
  const uint64_t limit = request.max_address < address_limit_
                             ? request.max_address + 1
                             : address_limit_;
  const bool upwards = request.search == Search::kLowestFirst;
  const size_t begin = IndexAt(lowest);
  const size_t end = limit == 0 ? 0 : IndexAt(limit - 1) + 1;
  const size_t stop = std::max(begin, std::min(end, range_count_));
  for (size_t step = begin; step < stop; ++step) {
    const MemoryRange& range =
        storage_[upwards ? step : stop - 1 - (step - begin)];
    if (range.type != MemoryType::kFree) continue;
    const uint64_t low = std::max(range.address, lowest);
    const uint64_t high = std::min(range.end, limit);
    if (high <= low || high - low < size) continue;
    const uint64_t highest_fit = AlignDown(high - size, alignment);
    if (highest_fit < low) continue;
    // Aligned addresses exist from `low` on, so rounding up cannot overflow.
    return upwards ? *AlignUp(low, alignment) : highest_fit;
  }
  return std::nullopt;
}

Status MemoryMap::AllocateAt(uint64_t address,
                             uint64_t page_count,
                             MemoryUse use) {
  if (!IsAligned(address, kPageSizeBytes) || page_count == 0) {
    return Fail(ErrorCode::kInvalidArgument, "not an address of whole pages");
  }
  const auto size = CheckedMul(page_count, kPageSizeBytes);
  const auto end = size ? CheckedAdd(address, *size) : size;
  const MemoryRange* range = Find(address);
  if (!end || address < kLowMemoryEnd || range == nullptr ||
      range->type != MemoryType::kFree || range->end < *end) {
    return Fail(ErrorCode::kNoMemory, "memory at the wanted place is in use");
  }
  return Replace(address, *end, Kind{ToMemoryType(use)});
}

Status MemoryMap::Free(uint64_t address, uint64_t page_count) {
  const auto size = CheckedMul(page_count, kPageSizeBytes);
  const auto end = size ? CheckedAdd(address, *size) : size;
  bool allocated = end && *end > address && IsAligned(address, kPageSizeBytes);
  uint64_t at = address;
  while (allocated && at < *end) {
    const MemoryRange* range = Find(at);
    allocated = range != nullptr && IsAllocated(range->type);
    if (allocated) at = range->end;
  }
  if (!allocated) {
    return Fail(ErrorCode::kNotFound, "pages to be freed were not allocated");
  }
  return Replace(address, *end, Kind{MemoryType::kFree});
}

const MemoryRange* MemoryMap::Find(uint64_t address) const {
  const size_t index = IndexAt(address);
  if (index == range_count_ || storage_[index].address > address) {
    return nullptr;
  }
  return &storage_[index];
}

bool MemoryMap::Covers(uint64_t address, uint64_t size_bytes) const {
  const Result<uint64_t> end = CheckedAdd(address, size_bytes);
  if (!end) return false;
  const MemoryRange* range = Find(address);
  while (range != nullptr && range->end < *end) range = Find(range->end);
  return range != nullptr;
}

uint64_t MemoryMap::ram_bytes() const {
  uint64_t sum = 0;
  for (const MemoryRange& range : ranges()) {
    const bool is_ram = range.type == MemoryType::kFree || IsOurs(range.type);
    if (is_ram) sum += range.size_bytes();
  }
  return sum;
}

// Index of the first range that ends above `address`.
size_t MemoryMap::IndexAt(uint64_t address) const {
  const std::span<const MemoryRange> all = ranges();
  const auto found =
      std::upper_bound(all.begin(),
                       all.end(),
                       address,
                       [](uint64_t value, const MemoryRange& range) {
                         return value < range.end;
                       });
  return static_cast<size_t>(found - all.begin());
}

// Makes [address, end) one range of that kind, or a hole, cutting what reaches
// into it and merging with neighbours.
Status MemoryMap::Replace(uint64_t address,
                          uint64_t end,
                          std::optional<Kind> kind) {
  size_t first = IndexAt(address);
  size_t last = first;
  while (last < range_count_ && storage_[last].address < end) ++last;
  if (first > 0 && storage_[first - 1].end == address) --first;
  if (last < range_count_ && storage_[last].address == end) ++last;

  std::array<MemoryRange, 3> pieces;
  size_t piece_count = 0;
  const auto append = [&](const MemoryRange& piece) {
    MemoryRange* const previous =
        piece_count == 0 ? nullptr : &pieces[piece_count - 1];
    if (previous != nullptr && previous->end == piece.address &&
        previous->type == piece.type && previous->owner == piece.owner) {
      previous->end = piece.end;
    } else {
      pieces[piece_count++] = piece;
    }
  };
  if (first < last && storage_[first].address < address) {
    MemoryRange before = storage_[first];
    before.end = address;
    append(before);
  }
  if (kind) append({address, end, kind->type, kind->owner});
  if (first < last && storage_[last - 1].end > end) {
    MemoryRange after = storage_[last - 1];
    after.address = end;
    append(after);
  }
  return Splice(first, last, std::span(pieces).first(piece_count));
}

// Replaces the ranges [first, last) by others.
Status MemoryMap::Splice(size_t first,
                         size_t last,
                         std::span<const MemoryRange> replacement) {
  const size_t new_last = first + replacement.size();
  const size_t new_count = range_count_ - last + new_last;
  if (new_count > range_count_ && new_count > usable_count_) {
    return NoRoomForRange();
  }
  const auto at = [&](size_t index) {
    return storage_.begin() + static_cast<std::ptrdiff_t>(index);
  };
  if (new_last < last) {
    std::copy(at(last), at(range_count_), at(new_last));
  } else if (new_last > last) {
    std::copy_backward(at(last), at(range_count_), at(new_count));
  }
  std::copy(replacement.begin(), replacement.end(), at(first));
  range_count_ = new_count;
  ++generation_;
  return {};
}

}  // namespace flint::memory
