// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

#include "efi/device_path/device_path.h"
#include "efi/device_path/path_writer.h"
#include "efi/memory/pool_services.h"

namespace flint::efi {

/// Builds a device path in a pool buffer, which is the caller's to free.
/// `build` is called twice with a PathWriter - to count, and to write - and
/// must do the same both times. Null if there is no memory or a node would be
/// too long.
template <typename Build>
abi::EFI_DEVICE_PATH_PROTOCOL* BuildPoolPath(PoolServices& pool, Build build) {
  PathWriter counter{{}};
  build(counter);
  static_cast<void>(counter.Finish());
  void* const buffer = pool.Allocate(counter.size_bytes());
  if (buffer == nullptr) return nullptr;
  PathWriter writer({static_cast<std::byte*>(buffer), counter.size_bytes()});
  build(writer);
  if (!writer.Finish()) {
    pool.FreePool(buffer);
    return nullptr;
  }
  return static_cast<abi::EFI_DEVICE_PATH_PROTOCOL*>(buffer);
}

/// A copy of `path` in a pool buffer, or null.
inline abi::EFI_DEVICE_PATH_PROTOCOL* DuplicatePath(PoolServices& pool,
                                                    const DevicePath& path) {
  return BuildPoolPath(pool, [&path](PathWriter& out) { out.Append(path); });
}

}  // namespace flint::efi
