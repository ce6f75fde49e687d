// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "boot/firmware/machine.h"
#include "boot/firmware/uefi_system.h"
#include "efi/abi/status.h"
#include "efi/abi/types.h"
#include "efi/memory/pool_array.h"
#include "loader/boot_plan/boot_plan.h"
#include "platforms/base/result.h"

namespace flint::boot {

/// Boots UEFI programs. The first brings up the UEFI environment.
class UefiBooter final : public boot_plan::Booter {
 public:
  /// `machine` must outlive the booter.
  explicit UefiBooter(Machine& machine) : machine_(machine) {}

  /// Returns only if the program could not be started, or came back.
  Failure Boot(const boot_plan::Candidate& candidate) override;

 private:
  Status BringUp();
  std::expected<void, Failure> Run(const boot_plan::Candidate& candidate);
  Result<efi::abi::EFI_HANDLE> Load(const boot_plan::Candidate& candidate,
                                    efi::abi::EFI_HANDLE volume);
  Status SetOptions(efi::abi::EFI_HANDLE image,
                    std::string_view options,
                    efi::PoolArray<char16_t>& text);
  efi::abi::EFI_STATUS Start(efi::abi::EFI_HANDLE image);

  Machine& machine_;
  UefiSystem* system_ = nullptr;
  /// Of the one attempt at bringing it up.
  Status up_;
};

}  // namespace flint::boot
