// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "efi/device_path/device_path.h"
#include "efi/image/loaded_image.h"

namespace flint::efi {

/// Gives the image a name that a crash dump can use: that of its file, else
/// that of its symbols, else "image". Not printable characters are replaced.
void NameImage(LoadedImage& image,
               const std::optional<DevicePath>& path,
               std::string_view debug_name);

}  // namespace flint::efi
