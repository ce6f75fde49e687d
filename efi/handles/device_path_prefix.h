// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>

#include "efi/abi/protocol/device_path.h"

namespace flint::efi {

/// True at the end of a path or of one of its instances.
bool IsEndOfPath(const abi::EFI_DEVICE_PATH_PROTOCOL& node);

/// Size in bytes of the nodes of a path's first instance, its end excluded; a
/// node too short to be one ends the path.
size_t PathSize(const abi::EFI_DEVICE_PATH_PROTOCOL& path);

/// If every node of `prefix` begins `path`: their size in bytes.
std::optional<size_t> MatchPrefix(const abi::EFI_DEVICE_PATH_PROTOCOL& path,
                                  const abi::EFI_DEVICE_PATH_PROTOCOL& prefix);

}  // namespace flint::efi
