// SPDX-License-Identifier: Apache-2.0
#include "boot/memory/memory_map.h"

namespace flint::memory {

uint32_t ToE820Type(MemoryType type) {
  switch (type) {
    case MemoryType::kFree:
    case MemoryType::kImage:
    case MemoryType::kModule:
    case MemoryType::kFirmware:
    case MemoryType::kKernel:
      return E820Type::kRam;
    case MemoryType::kAcpiReclaim:
      return E820Type::kAcpiReclaim;
    case MemoryType::kAcpiNvs:
      return E820Type::kAcpiNvs;
    case MemoryType::kPersistent:
      return E820Type::kPersistent;
    case MemoryType::kUnusable:
      return E820Type::kUnusable;
    case MemoryType::kMmio:
    case MemoryType::kRuntimeMmio:
    case MemoryType::kReserved:
    case MemoryType::kRuntime:
      return E820Type::kReserved;
  }
  return E820Type::kReserved;
}

std::optional<E820Entry> E820Cursor::Next() {
  if (ranges_.empty()) return std::nullopt;
  E820Entry entry = {.address = ranges_.front().address,
                     .size_bytes = ranges_.front().size_bytes(),
                     .type = ToE820Type(ranges_.front().type)};
  ranges_ = ranges_.subspan(1);
  while (!ranges_.empty() &&
         ranges_.front().address == entry.address + entry.size_bytes &&
         ToE820Type(ranges_.front().type) == entry.type) {
    entry.size_bytes += ranges_.front().size_bytes();
    ranges_ = ranges_.subspan(1);
  }
  return entry;
}

}  // namespace flint::memory
