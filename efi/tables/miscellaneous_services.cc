// SPDX-License-Identifier: Apache-2.0
#include "efi/tables/miscellaneous_services.h"

#include <cstddef>
#include <cstring>

#include "platforms/base/crc32.h"

namespace flint::efi {

abi::EFI_STATUS MiscellaneousServices::GetNextMonotonicCount(
    abi::UINT64* count) {
  if (count == nullptr) return abi::EFI_INVALID_PARAMETER;
  *count = next_count_++;
  return abi::EFI_SUCCESS;
}

abi::EFI_STATUS MiscellaneousServices::CalculateCrc32(const abi::VOID* data,
                                                      abi::UINTN data_size,
                                                      abi::UINT32* crc32) {
  if (data == nullptr || data_size == 0 || crc32 == nullptr) {
    return abi::EFI_INVALID_PARAMETER;
  }
  *crc32 = Crc32({static_cast<const std::byte*>(data), data_size});
  return abi::EFI_SUCCESS;
}

void MiscellaneousServices::CopyMem(abi::VOID* destination,
                                    const abi::VOID* source,
                                    abi::UINTN length) {
  if (length != 0) std::memmove(destination, source, length);
}

void MiscellaneousServices::SetMem(abi::VOID* buffer,
                                   abi::UINTN size,
                                   abi::UINT8 value) {
  if (size != 0) std::memset(buffer, value, size);
}

}  // namespace flint::efi
