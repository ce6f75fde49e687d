// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "loader/linux_params/setup_header.h"
#include "platforms/base/bytes.h"
#include "platforms/base/result.h"

namespace flint::bzimage {

/// How much of a kernel's file `ParseKernelImage` wants to see.
inline constexpr size_t kHeaderReadSizeBytes = 1024;

/// Where the 64-bit entry is, from the start of the protected-mode part.
inline constexpr uint64_t kEntry64Offset = 0x200;

/// A Linux kernel for x86 that can be entered in 64-bit mode: what its header
/// says, checked. [linux-boot]
struct KernelImage {
  /// As in the file; what follows the header's end is zero.
  linux_params::SetupHeaderArea setup;

  /// The real-mode part, which is not loaded.
  uint64_t setup_size_bytes;
  /// The protected-mode part, which is.
  uint64_t kernel_size_bytes;
  /// Memory the kernel needs from its load address on: at least
  /// `kernel_size_bytes`.
  uint64_t memory_size_bytes;
  /// Where it wants to be; if not relocatable, must be.
  uint64_t preferred_address;
  /// Powers of two, the minimum not greater, both at least a page.
  uint64_t preferred_alignment;
  uint64_t min_alignment;
  bool relocatable;

  const linux_params::SetupHeader& header() const { return setup.header; }
  /// True if kernel, initrd and parameters may be above 4 GiB.
  bool can_use_high_memory() const {
    return (header().xloadflags &
            linux_params::SetupHeader::kCanBeLoadedAbove4G) != 0;
  }
};

/// Reads the header. `start` is the start of the file: kHeaderReadSizeBytes of
/// it, or all if it is shorter.
///
/// kCorrupt if it is not a kernel or contradicts itself; kUnsupported if it is
/// one that has no 64-bit entry; kTruncated if the file is shorter than its
/// header says.
Result<KernelImage> ParseKernelImage(Bytes start, uint64_t file_size_bytes);

}  // namespace flint::bzimage
