// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <expected>
#include <span>
#include <string_view>

#include "boot/firmware/uefi_volumes.h"
#include "boot/info/boot_info.h"
#include "boot/timeline/timeline.h"
#include "drivers/clock/clock.h"
#include "efi/abi/status.h"
#include "efi/abi/types.h"
#include "efi/boot_manager/program_runner.h"
#include "efi/device_path/device_path.h"
#include "efi/environment/environment.h"
#include "efi/image/image_loader.h"
#include "efi/memory/pool_array.h"
#include "efi/variables/variable_services.h"
#include "loader/boot_plan/boot_plan.h"
#include "platforms/base/bytes.h"
#include "platforms/base/guest_memory.h"
#include "platforms/base/result.h"

namespace flint::boot {

/// Told when programs have the processor.
class ProgramWatch {
 public:
  virtual ~ProgramWatch() = default;

  /// A program is about to be entered.
  virtual void OnProgramStarts() = 0;
  /// It came back, or could not be entered.
  virtual void OnProgramEnds() = 0;
};

/// Loads and starts UEFI programs in an environment that is up: boot entries,
/// what the VMM loaded beside us, and what boot options say.
class UefiPrograms final : public boot_plan::Booter, public efi::ProgramRunner {
 public:
  /// All of it must outlive the object.
  struct Parts {
    efi::Environment& environment;
    efi::ImageLoader& images;
    const UefiVolumes& volumes;
    efi::VariableServices variables;
    /// What boot entries are told of.
    const boot_plan::BootPlan& plan;
    GuestMemory& memory;
    clock::Clock& clock;
    Timeline& timeline;
    /// What the VMM loaded beside us.
    std::span<const Module> modules;
    ProgramWatch& watch;
  };

  explicit UefiPrograms(const Parts& parts) : parts_(parts) {}

  /// Boots a candidate of kind kUefiProgram. Returns only if it could not be
  /// started, or came back.
  Failure Boot(const boot_plan::Candidate& candidate) override;

  // efi::ProgramRunner
  Outcome Run(const efi::DevicePath& path, Bytes load_options) override;

 private:
  std::expected<void, Failure> RunEntry(const boot_plan::Candidate& candidate);
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
  void Note(Stage stage) {
    parts_.timeline.Add(stage, parts_.clock.NowTicks());
  }

  Parts parts_;
};

}  // namespace flint::boot
