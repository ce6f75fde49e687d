// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "drivers/rng/random_source.h"
#include "efi/abi/protocol/rng.h"
#include "efi/abi/status.h"

namespace flint::efi {

/// EFI_RNG_PROTOCOL over a source of random bytes. [uefi-2.10 37.5]
///
/// It has one algorithm, by what the source is: raw for noise; the generator of
/// SP 800-90A with AES for a processor's.
class Rng final : public abi::EFI_RNG_PROTOCOL {
 public:
  explicit Rng(rng::RandomSource& source);
  Rng(const Rng&) = delete;
  Rng& operator=(const Rng&) = delete;

  const abi::EFI_RNG_ALGORITHM& algorithm() const;

  /// Null stands for the default.
  abi::EFI_STATUS Get(const abi::EFI_RNG_ALGORITHM* algorithm,
                      abi::UINTN size,
                      abi::UINT8* out);

 private:
  rng::RandomSource& source_;
};

}  // namespace flint::efi
