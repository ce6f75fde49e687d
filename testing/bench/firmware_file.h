// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"

namespace flint::bench {

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

}  // namespace flint::bench
