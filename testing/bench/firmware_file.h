// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace flint::bench {

struct AddressRange {
  uint64_t first = 0;
  uint64_t last = 0;
};

/// What is to be known of a firmware's image.
struct FirmwareFile {
  /// What a VMM has to bring into memory: all of a ROM, the loadable part of an
  /// ELF file.
  uint64_t size_bytes = 0;
  /// Where other firmware or a VMM enters it (PVH); 0: at the reset vector.
  uint64_t first_instruction = 0;
};

/// Reads the image at `path`. NotFound; InvalidArgument: an ELF file that is
/// none for PVH.
absl::StatusOr<FirmwareFile> ReadFirmwareFile(const std::string& path);

/// What Flint's symbols tell.
struct FlintSymbols {
  /// Where its code is.
  std::vector<AddressRange> code;
  /// The function that makes a mark on its timeline.
  uint64_t mark_function = 0;
};

/// Reads Flint's ELF file with symbols. NotFound; InvalidArgument: it lacks
/// what is looked for.
absl::StatusOr<FlintSymbols> ReadFlintSymbols(const std::string& path);

}  // namespace flint::bench
