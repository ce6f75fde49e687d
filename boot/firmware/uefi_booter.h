// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "boot/firmware/machine.h"
#include "boot/firmware/uefi_system.h"
#include "efi/abi/status.h"
#include "efi/abi/types.h"
#include "efi/boot_manager/boot_manager.h"
#include "efi/boot_manager/program_runner.h"
#include "efi/device_path/device_path.h"
#include "efi/memory/pool_array.h"
#include "efi/variables/variable_services.h"
#include "loader/boot_plan/boot_plan.h"
#include "platforms/base/bytes.h"
#include "platforms/base/result.h"

namespace flint::boot {

/// Boots UEFI programs and boot options. The first brings up the UEFI
/// environment.
class UefiBooter final : public boot_plan::Booter, private efi::ProgramRunner {
 public:
  /// Both must outlive the booter. Programs that `plan` has as boot entries are
  /// told of it.
  UefiBooter(Machine& machine, const boot_plan::BootPlan& plan)
      : machine_(machine), plan_(plan) {}

  /// Adds the boot options that variables ask for to a plan. Fails if the UEFI
  /// environment does not come up, or for want of memory (kNoMemory).
  Status AddOptions(boot_plan::BootPlan& plan);

  /// The UEFI variables, once the environment is up; nothing if it is not.
  std::optional<efi::VariableServices> variables();

  /// Returns only if the program could not be started, or came back.
  Failure Boot(const boot_plan::Candidate& candidate) override;

 private:
  // efi::ProgramRunner
  Outcome Run(const efi::DevicePath& path, Bytes load_options) override;

  Status BringUp();
  std::expected<void, Failure> RunProgram(
      const boot_plan::Candidate& candidate);
  std::expected<void, Failure> RunModule(const boot_plan::Candidate& candidate);
  Result<efi::abi::EFI_HANDLE> Load(const boot_plan::Candidate& candidate,
                                    efi::abi::EFI_HANDLE volume);
  Result<efi::abi::EFI_HANDLE> LoadPath(const efi::DevicePath& path);
  Result<efi::abi::EFI_HANDLE> LoadBytes(Bytes program);
  void GiveOptions(efi::abi::EFI_HANDLE image, MutableBytes options);
  Status SetOptions(efi::abi::EFI_HANDLE image,
                    std::string_view options,
                    efi::PoolArray<char16_t>& text);
  /// `count_path` is the file that counts attempts; empty if none does.
  void Publish(const boot_plan::Candidate& candidate,
               std::string_view count_path,
               efi::abi::EFI_HANDLE volume);
  efi::abi::EFI_STATUS Start(efi::abi::EFI_HANDLE image);

  Machine& machine_;
  const boot_plan::BootPlan& plan_;
  UefiSystem* system_ = nullptr;
  /// Of the one attempt at bringing it up.
  Status up_;
  /// Once it is up.
  std::optional<efi::BootManager> manager_;
};

}  // namespace flint::boot
