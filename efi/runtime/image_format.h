// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "efi/abi/memory.h"
#include "platforms/base/bytes.h"
#include "platforms/base/endian.h"
#include "platforms/base/result.h"

namespace flint::efi {

/// What the runtime program's flat file starts with; made by its linker script.
/// Offsets are from the start of file and memory alike.
struct RuntimeImageHeader {
  std::array<char, 8> magic;
  Le32 entry;
  Le32 read_only_data;  // text ends here
  Le32 data;            // read-only data ends here
  Le32 file_end;
  Le32 memory_end;
  Le32 reserved;
};
static_assert(sizeof(RuntimeImageHeader) == 32);

inline constexpr std::array<char, 8> kRuntimeImageMagic = {
    'F', 'L', 'R', 'N', 'T', 'I', 'M', 'E'};

/// Pages of the program that are protected alike.
struct RuntimeSection {
  uint64_t offset;
  uint64_t page_count;
  /// EFI_MEMORY_RO, EFI_MEMORY_XP: never neither.
  uint64_t protections;
};

/// The runtime program as it is in the firmware. Views the file.
class RuntimeImage final {
 public:
  /// kTruncated or kCorrupt if the file is not what the linker script makes.
  static Result<RuntimeImage> Parse(Bytes file);

  /// What it takes in memory, which is in one piece: its parts are at fixed
  /// distances, whatever an operating system does.
  uint64_t page_count() const;

  /// Text, read-only data and data, in this order, covering all pages.
  std::array<RuntimeSection, 3> sections() const;

  /// Puts the program into `pages`, of `page_count()` pages. There is nothing
  /// to relocate.
  void CopyTo(MutableBytes pages) const;

  /// Offset of its `RuntimeEntry`.
  uint64_t entry() const { return header_.entry; }

 private:
  RuntimeImage(Bytes file, const RuntimeImageHeader& header)
      : file_(file), header_(header) {}

  Bytes file_;
  RuntimeImageHeader header_;
};

}  // namespace flint::efi
