// SPDX-License-Identifier: Apache-2.0
#include "efi/timestamp/timestamp.h"

#include "efi/abi/status.h"
#include "platforms/base/check.h"

namespace flint::efi {
namespace {

constinit clock::Clock* current_clock = nullptr;

abi::UINT64 EFIAPI GetTimestamp() { return current_clock->NowNs(); }

abi::EFI_STATUS EFIAPI
GetProperties(abi::EFI_TIMESTAMP_PROPERTIES* properties) {
  if (properties == nullptr) return abi::EFI_INVALID_PARAMETER;
  *properties = {.Frequency = clock::kNanosecondsPerSecond,
                 .EndValue = UINT64_MAX};
  return abi::EFI_SUCCESS;
}

}  // namespace

Timestamp::Timestamp(clock::Clock& clock)
    : EFI_TIMESTAMP_PROTOCOL{.GetTimestamp = efi::GetTimestamp,
                             .GetProperties = efi::GetProperties} {
  FLINT_CHECK(current_clock == nullptr, "two timestamp protocols");
  current_clock = &clock;
}

Timestamp::~Timestamp() { current_clock = nullptr; }

}  // namespace flint::efi
