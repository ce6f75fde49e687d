// SPDX-License-Identifier: Apache-2.0
#include "boot/paging/device_windows.h"

#include <algorithm>
#include <span>

#include "platforms/base/checked.h"

namespace flint::paging {
namespace {

using memory::MemoryRange;
using memory::MemoryType;

constexpr uint64_t kPage = memory::kPageSizeBytes;
// Far more than any device has, and little enough to map in no time.
constexpr uint64_t kMaxWindowBytes = uint64_t{1} << 30;
constexpr Attributes kRegisters = {.access = Access::kReadWrite,
                                   .caching = Caching::kUncached};

}  // namespace

Result<io::RegisterIo*> DeviceWindows::Map(uint64_t address,
                                           uint64_t size_bytes) {
  const auto end = CheckedAdd(address, size_bytes);
  if (size_bytes == 0 || !end || *end > tables_.features().physical_limit()) {
    return Fail(ErrorCode::kOutOfRange,
                "device registers lie at an impossible address");
  }
  if (size_bytes > kMaxWindowBytes) {
    return Fail(ErrorCode::kOutOfRange,
                "device registers take an impossible amount of room");
  }
  if (io::Mmio* const known = Known(address, size_bytes)) return known;
  // By pages, as that is what would be mapped.
  const uint64_t first_page = AlignDown(address, kPage);
  const uint64_t pages_end = TRY(AlignUp(*end, kPage));
  if (TouchesMemory(first_page, pages_end)) {
    return Fail(ErrorCode::kOutOfRange, "device registers lie in memory");
  }
  if (window_count_ == windows_.size()) {
    return Fail(ErrorCode::kNoMemory, "too many windows of device registers");
  }
  const uint64_t mapped_bytes = pages_end - first_page;
  const bool identity = pages_end <= tables_.features().identity_limit();
  const uint64_t virtual_page = identity ? first_page : next_upper_address_;
  TRY(tables_.Map(virtual_page, first_page, mapped_bytes, kRegisters));
  if (!identity) next_upper_address_ += mapped_bytes;
  // SAFETY: just mapped as registers, and no memory of ours.
  const io::Mmio registers(virtual_page + (address - first_page), size_bytes);
  return &windows_[window_count_++].emplace(address, registers).registers;
}

io::Mmio* DeviceWindows::Known(uint64_t address, uint64_t size_bytes) {
  for (auto& window : std::span(windows_).first(window_count_)) {
    if (window->physical_address == address &&
        window->registers.size_bytes() == size_bytes) {
      return &window->registers;
    }
  }
  return nullptr;
}

bool DeviceWindows::TouchesMemory(uint64_t address, uint64_t end) const {
  return std::ranges::any_of(map_.ranges(), [&](const MemoryRange& range) {
    return range.address < end && address < range.end &&
           range.type != MemoryType::kReserved &&
           range.type != MemoryType::kMmio &&
           range.type != MemoryType::kRuntimeMmio;
  });
}

}  // namespace flint::paging
