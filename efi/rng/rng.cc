// SPDX-License-Identifier: Apache-2.0
#include "efi/rng/rng.h"

#include <span>

namespace flint::efi {
namespace {

using abi::EFI_RNG_ALGORITHM;
using abi::EFI_RNG_PROTOCOL;
using abi::EFI_STATUS;
using abi::UINT8;
using abi::UINTN;

EFI_STATUS EFIAPI GetInfo(EFI_RNG_PROTOCOL* self,
                          UINTN* size,
                          EFI_RNG_ALGORITHM* list) {
  if (self == nullptr || size == nullptr) return abi::EFI_INVALID_PARAMETER;
  const UINTN room = *size;
  *size = sizeof(EFI_RNG_ALGORITHM);
  if (room < sizeof(EFI_RNG_ALGORITHM)) return abi::EFI_BUFFER_TOO_SMALL;
  if (list == nullptr) return abi::EFI_INVALID_PARAMETER;
  *list = static_cast<Rng*>(self)->algorithm();
  return abi::EFI_SUCCESS;
}

EFI_STATUS EFIAPI GetRNG(EFI_RNG_PROTOCOL* self,
                         EFI_RNG_ALGORITHM* algorithm,
                         UINTN size,
                         UINT8* out) {
  if (self == nullptr || size == 0 || out == nullptr) {
    return abi::EFI_INVALID_PARAMETER;
  }
  return static_cast<Rng*>(self)->Get(algorithm, size, out);
}

}  // namespace

Rng::Rng(rng::RandomSource& source)
    : EFI_RNG_PROTOCOL{.GetInfo = efi::GetInfo, .GetRNG = efi::GetRNG},
      source_(source) {}

const EFI_RNG_ALGORITHM& Rng::algorithm() const {
  return source_.quality() == rng::Quality::kEntropy
             ? abi::EFI_RNG_ALGORITHM_RAW
             : abi::EFI_RNG_ALGORITHM_SP800_90_CTR_256_GUID;
}

EFI_STATUS Rng::Get(const EFI_RNG_ALGORITHM* wanted, UINTN size, UINT8* out) {
  if (wanted != nullptr && *wanted != algorithm()) return abi::EFI_UNSUPPORTED;
  const Status filled =
      source_.Fill(std::as_writable_bytes(std::span(out, size)));
  return filled ? abi::EFI_SUCCESS : abi::EFI_DEVICE_ERROR;
}

}  // namespace flint::efi
