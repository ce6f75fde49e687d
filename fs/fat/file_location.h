// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>

#include "fs/fat/directory.h"
#include "fs/volume/file_system.h"

namespace flint::fat {

// What `volume::File::location` holds: the first cluster, or `kFixedRoot`, or 0
// for a file that has none; then that of the directory it is in, and where its
// own record is in there. These two are unknown of directories that were not
// found by their name.
inline constexpr size_t kContents = 0;
inline constexpr size_t kParent = 1;
inline constexpr size_t kPosition = 2;

inline constexpr uint64_t kFixedRoot = uint64_t{1} << 32;
inline constexpr uint64_t kUnknown = std::numeric_limits<uint64_t>::max();

inline volume::File MakeDirectory(uint64_t contents) {
  return {.size_bytes = 0,
          .is_directory = true,
          .location = {contents, kUnknown, kUnknown}};
}

inline DirectoryPlace PlaceOf(uint64_t contents) {
  return {.is_fixed_root = contents == kFixedRoot,
          .first_cluster = static_cast<uint32_t>(contents)};
}

inline DirectoryPlace PlaceOf(const volume::File& directory) {
  return PlaceOf(directory.location[kContents]);
}

}  // namespace flint::fat
