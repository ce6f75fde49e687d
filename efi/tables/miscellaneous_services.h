// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "efi/abi/status.h"
#include "efi/abi/types.h"

namespace flint::efi {

/// The small services that need nothing of the others. [uefi-2.10 7.5]
class MiscellaneousServices final {
 public:
  MiscellaneousServices() = default;
  MiscellaneousServices(const MiscellaneousServices&) = delete;
  MiscellaneousServices& operator=(const MiscellaneousServices&) = delete;

  abi::EFI_STATUS GetNextMonotonicCount(abi::UINT64* count);

  /// The upper half of the count, which the runtime services keep across resets
  /// and raise with each. To be set before the first count is taken.
  void set_monotonic_high(uint32_t high) { next_count_ = uint64_t{high} << 32; }
  uint32_t monotonic_high() const {
    return static_cast<uint32_t>(next_count_ >> 32);
  }

  static abi::EFI_STATUS CalculateCrc32(const abi::VOID* data,
                                        abi::UINTN data_size,
                                        abi::UINT32* crc32);

  /// The buffers may overlap.
  static void CopyMem(abi::VOID* destination,
                      const abi::VOID* source,
                      abi::UINTN length);
  static void SetMem(abi::VOID* buffer, abi::UINTN size, abi::UINT8 value);

 private:
  uint64_t next_count_ = 0;
};

}  // namespace flint::efi
