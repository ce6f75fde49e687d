// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "drivers/clock/clock.h"
#include "efi/abi/protocol/timestamp.h"

namespace flint::efi {

/// EFI_TIMESTAMP_PROTOCOL: nanoseconds of the firmware's clock.
/// [uefi-2.10 38.1]
///
/// Its functions have no argument that says whose they are, so there is one at
/// a time.
class Timestamp final : public abi::EFI_TIMESTAMP_PROTOCOL {
 public:
  /// `clock` must outlive this.
  explicit Timestamp(clock::Clock& clock);
  ~Timestamp();
  Timestamp(const Timestamp&) = delete;
  Timestamp& operator=(const Timestamp&) = delete;
};

}  // namespace flint::efi
