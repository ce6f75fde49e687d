// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "efi/variables/variable_services.h"
#include "loader/boot_plan/boot_plan.h"
#include "platforms/base/guid.h"
#include "platforms/base/result.h"

namespace flint::efi {

/// The vendor of the variables between boot loaders and systemd.
inline constexpr Guid kLoaderInterfaceGuid =
    Guid::Of("4a67b082-0a4c-41cf-b6c7-440b29bb8c4f");

/// What there is to say of a boot, apart from the plan.
struct LoaderFacts {
  /// Name and version: "Flint 0.1.0". Flint is firmware and boot loader in one.
  std::string_view loader;
  /// As in the system table: major version in the upper 16 bits.
  uint32_t firmware_revision = 0;
  uint32_t uefi_revision = 0;
  /// Since the machine was started: when the search for something to boot
  /// began, and now, when it has ended.
  uint64_t init_microseconds = 0;
  uint64_t exec_microseconds = 0;
  /// The partition that the program is on, if it is one of a GPT.
  std::optional<Guid> partition = std::nullopt;
  /// The file that counts attempts at booting the entry, if one does: as it is
  /// called now.
  std::string_view boot_count_path = {};
};

/// The boot loader interface: what the operating system wants booted, and what
/// it is told of how it was booted. [bli] What is in the variables comes from
/// operating systems, and is hostile.
class LoaderInterface final {
 public:
  explicit LoaderInterface(VariableServices variables)
      : variables_(variables) {}

  /// Has the candidate tried first that the operating system asked for: for
  /// just this start (LoaderEntryOneShot, which is deleted, or nothing is
  /// followed), else in general (LoaderEntryDefault), unless the plan starts
  /// with what is for just this start (BootNext). False if it did not ask for
  /// any that is there.
  bool Prefer(boot_plan::BootPlan& plan);

  /// How many seconds to show the menu for, if the operating system said so;
  /// UINT32_MAX: until somebody chooses. Deletes LoaderConfigTimeoutOneShot.
  std::optional<uint32_t> TakeTimeoutSeconds();

  /// Tells the operating system that a boot entry is about to be started; to be
  /// called just before that. kNoMemory: there is no room; then some of it may
  /// be missing.
  Status Publish(const LoaderFacts& facts,
                 const boot_plan::BootPlan& plan,
                 const boot_plan::Candidate& candidate);

  /// Takes all that back: the entry did not boot.
  void Withdraw();

 private:
  /// With `separator` where the text has slashes.
  Status DefineText(std::u16string_view name,
                    std::string_view text,
                    char16_t separator = u'/');
  Status DefinePath(std::u16string_view name, std::string_view path);
  Status DefineEntries(const boot_plan::BootPlan& plan);

  VariableServices variables_;
};

}  // namespace flint::efi
