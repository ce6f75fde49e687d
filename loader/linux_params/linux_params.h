// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "loader/linux_params/boot_params.h"
#include "loader/linux_params/setup_header.h"
#include "platforms/base/bytes.h"
#include "platforms/base/result.h"

namespace flint::linux_params {

/// What a range of memory is to the kernel.
enum class E820Type : uint32_t {
  kRam = 1,
  kReserved = 2,
  kAcpiReclaimable = 3,
  kAcpiNvs = 4,
  kUnusable = 5,
  kPersistentMemory = 7,
};

/// Consecutive bytes of one type.
struct E820Entry {
  uint64_t address;
  uint64_t size_bytes;
  E820Type type;
};

/// The most ranges (after merging) that the kernel can be told of.
inline constexpr size_t kMaxE820Entries = 512;

/// What the kernel is to find in its zero page.
struct Handover {
  /// As in the kernel's file, zeros after the header's end.
  SetupHeaderArea setup;
  uint64_t kernel_address;
  /// The alignment that `kernel_address` has and the kernel is to accept.
  uint32_t kernel_alignment;
  /// 0 and 0 if there is none.
  uint64_t initrd_address;
  uint64_t initrd_size_bytes;
  /// 0 if unknown: the kernel then looks for it.
  uint64_t rsdp_address;
  std::string_view command_line;
};

/// The memory that the parameters are written to; any of it may be above
/// 4 GiB if the kernel can be.
struct ParameterMemory {
  /// Page-aligned.
  uint64_t address;
  MutableBytes bytes;
};

/// How many bytes of `ParameterMemory` are enough for this command line, or
/// kOutOfRange if it is longer than the kernel's `cmdline_size`, or
/// kInvalidArgument if it has a NUL in it.
Result<uint64_t> ParameterMemorySize(const SetupHeader& header,
                                     std::string_view command_line);

/// Writes zero page, command line and, if there are more ranges than the zero
/// page holds, their continuation, and returns the zero page's address (which
/// is the memory's). Nothing of the memory keeps its old value.
///
/// `memory` is the machine's map in ascending order; neighbours of equal type
/// are merged. Fails as `ParameterMemorySize` does, with kOutOfRange if the
/// memory is too small, and with kUnsupported if there are more than
/// `kMaxE820Entries` ranges.
Result<uint64_t> WriteParameters(const Handover& handover,
                                 std::span<const E820Entry> memory,
                                 const ParameterMemory& destination);

}  // namespace flint::linux_params
