// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "drivers/acpi/fpdt.h"
#include "efi/memory/page_services.h"
#include "platforms/base/bytes.h"
#include "platforms/base/result.h"

namespace flint::efi {

/// Tells operating systems when the firmware did what: by ACPI's FPDT, which a
/// copy of the VMM's root tables lists besides the VMM's own tables. These are
/// not changed. [acpi-6.5 5.2.24]
class BootPerformance final {
 public:
  /// Makes the tables, with no times in them yet, for the VMM's root pointer at
  /// `rsdp_address`. Takes two pages for good. kNotFound: there is no ACPI;
  /// kUnsupported: the VMM has an FPDT of its own, or too many tables;
  /// kNoMemory. Then nothing is taken.
  static Result<BootPerformance> Create(PageServices& pages,
                                        uint64_t rsdp_address);

  /// The root pointer that operating systems are to have.
  uint64_t rsdp_address() const { return rsdp_address_; }

  /// Fills the times in. Allocates nothing: for when the memory map is final.
  void Record(const acpi::BootTimes& times);

 private:
  BootPerformance(uint64_t rsdp_address, MutableBytes fbpt)
      : rsdp_address_(rsdp_address), fbpt_(fbpt) {}

  uint64_t rsdp_address_;
  /// Holds an `acpi::Fbpt`.
  MutableBytes fbpt_;
};

}  // namespace flint::efi
