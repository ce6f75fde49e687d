// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "boot/memory/memory_map.h"
#include "loader/linux_params/setup_header.h"
#include "platforms/base/bytes.h"
#include "platforms/base/result.h"

namespace flint::linux_params {

/// The most ranges that the kernel can be told of.
inline constexpr size_t kMaxE820Entries = 2048;

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

/// The memory that the parameters are written to; it may be above 4 GiB only
/// if the kernel can be.
struct ParameterMemory {
  /// A multiple of 4096.
  uint64_t address;
  MutableBytes bytes;
};

/// How many bytes of `ParameterMemory` are enough for this command line, or
/// kOutOfRange if it is longer than the kernel's `cmdline_size`, or kCorrupt if
/// it has a NUL in it.
Result<uint64_t> ParameterMemorySize(const SetupHeader& header,
                                     std::string_view command_line);

/// Writes zero page, command line and, if there are more ranges than the zero
/// page holds, their continuation, and returns the zero page's address (which
/// is the memory's). Nothing of the memory keeps its old value.
///
/// Fails as `ParameterMemorySize` does, with kOutOfRange if the memory is too
/// small, and with kUnsupported if there are more than `kMaxE820Entries`
/// ranges.
Result<uint64_t> WriteParameters(const Handover& handover,
                                 memory::E820Cursor ranges,
                                 const ParameterMemory& destination);

}  // namespace flint::linux_params
