// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "boot/info/boot_info.h"
#include "efi/load_file/load_file2.h"
#include "loader/boot_plan/boot_plan.h"
#include "platforms/base/bytes.h"
#include "platforms/base/guest_memory.h"
#include "platforms/base/result.h"

namespace flint::boot {

/// What the VMM loaded beside us, told apart: the first module may be a program
/// for UEFI - a unified kernel image, a kernel with an EFI stub -, the others
/// are initrds.
class LoadedModules final {
 public:
  /// Both must outlive this.
  LoadedModules(std::span<const Module> modules, GuestMemory& memory);

  /// The program's bytes; empty if there is none.
  Bytes program() const { return program_; }

  std::span<const Module> initrds() const {
    return modules_.subspan(program_.empty() ? 0 : 1);
  }

  /// Adds the program, if there is one, as what is tried before all that is on
  /// disks: it was given for this start. Its options are the module's own
  /// command line, or else `options`. kNoMemory if the plan's arena is full.
  Status AddProgram(std::string_view options, boot_plan::BootPlan& plan) const;

 private:
  std::span<const Module> modules_;
  Bytes program_;
};

/// Modules as one initrd, one after the other, each but the first at a multiple
/// of 4 bytes, as kernels want them.
class ModuleInitrds final : public efi::LoadFileContents {
 public:
  /// Both must outlive this.
  ModuleInitrds(std::span<const Module> modules, GuestMemory& memory)
      : modules_(modules), memory_(memory) {}

  // efi::LoadFileContents
  uint64_t size_bytes() const override;
  Status Load(MutableBytes out) override;

 private:
  std::span<const Module> modules_;
  GuestMemory& memory_;
};

}  // namespace flint::boot
