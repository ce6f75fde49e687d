// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "platforms/base/result.h"

namespace flint::efi {

/// How pages may be used, in the terms of UEFI: the seam to the page tables.
///
/// Whole pages only. The protections are EFI_MEMORY_RP (no access at all),
/// EFI_MEMORY_RO and EFI_MEMORY_XP (no execution); 0 allows everything.
class PageProtection {
 public:
  virtual ~PageProtection() = default;

  /// Gives the pages the protections of pages nobody has said anything about:
  /// EFI_MEMORY_XP, or none once execution is allowed. Errors as for `Set`.
  virtual Status Reset(uint64_t address, uint64_t size_bytes) = 0;

  /// Lets images execute any free memory from now on, as those expect that do
  /// not claim to be NX-compatible. kNoMemory if page tables cannot be split.
  virtual Status AllowExecution() = 0;

  /// Gives the pages exactly these protections. kOutOfRange if any of them is
  /// not mapped memory, kUnsupported if the processor cannot do it, kNoMemory
  /// if page tables cannot be split.
  virtual Status Set(uint64_t address,
                     uint64_t size_bytes,
                     uint64_t protections) = 0;

  /// The protections all of these pages have. kOutOfRange if any of them is
  /// not mapped memory, kInvalidArgument if they do not agree.
  virtual Result<uint64_t> Get(uint64_t address, uint64_t size_bytes) = 0;
};

}  // namespace flint::efi
