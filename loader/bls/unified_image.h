// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "fs/volume/file_system.h"
#include "loader/bls/entry.h"
#include "platforms/base/arena.h"
#include "platforms/base/bytes.h"
#include "platforms/base/result.h"

namespace flint::bls {

/// Working memory for reading images: with it, the headers of a usual one cost
/// one request.
inline constexpr size_t kImageWindowBytes = 4096;

/// Reads what the unified kernel image in `file` says of itself into `entry`:
/// title, version, sort key and options. Only its headers and the few texts in
/// it are read, which takes no longer for a large image. Of several profiles
/// the first counts, as it is what the image boots by itself. [bls, type #2]
/// [uki]
///
/// What is wrong with the image is told by `entry`'s obstacle. `window` holds
/// at least `kImageWindowBytes`; `budget_bytes` is how much text may be read,
/// and is reduced by what was. Fails only if the arena is full (kNoMemory).
Status ReadUnifiedImage(volume::FileSystem& file_system,
                        const volume::File& file,
                        Architecture architecture,
                        MutableBytes window,
                        uint64_t& budget_bytes,
                        Arena& arena,
                        Entry& entry);

}  // namespace flint::bls
