// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace flint::qemu {

/// Path of a file that the running test or program has as `data`. `path` is
/// relative to this workspace, `testing/boot/disk.img`; a file of another
/// repository is `../qemu/qemu-system-x86_64`.
std::string Runfile(std::string_view path);

}  // namespace flint::qemu
