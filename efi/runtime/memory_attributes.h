// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "efi/abi/memory.h"
#include "efi/abi/system_table.h"
#include "platforms/base/bytes.h"

namespace flint::efi {

/// Runtime pages whose protections are known.
struct ProtectedPages {
  uint64_t address = 0;
  uint64_t page_count = 0;
  uint64_t protections = 0;  // EFI_MEMORY_RO, EFI_MEMORY_XP
};

/// Writes the memory attributes table: how an operating system may protect
/// runtime memory, range by range. [uefi-2.10 4.6.4]
///
/// It says version 1: version 2 only adds flags, of which none is set, and
/// kernels older than it refuse it.
class MemoryAttributesBuilder final {
 public:
  /// Writes to `memory`, which has room for the header at least. `known` are
  /// parts of the program and of runtime drivers, ascending and apart.
  MemoryAttributesBuilder(MutableBytes memory,
                          std::span<const ProtectedPages> known);

  /// Adds what the table has to say of a descriptor of the memory map, in
  /// ascending order: its known parts as they are; of the rest, code may be
  /// anything, and data is never executed. Descriptors that are not runtime
  /// services code or data are passed over. False if there is no room.
  bool Add(const abi::EFI_MEMORY_DESCRIPTOR& descriptor);

  size_t size_bytes() const;

 private:
  void WriteHeader();
  bool Append(const abi::EFI_MEMORY_DESCRIPTOR& descriptor,
              uint64_t start,
              uint64_t end,
              uint64_t protections);

  MutableBytes memory_;
  std::span<const ProtectedPages> known_;
  uint32_t count_ = 0;
};

}  // namespace flint::efi
