// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace flint::volume {

/// Unpacks a disk image that `pack_sparse_image.py` made, given by its path
/// from the workspace's root: real tools' output as testdata of a few KiB. A
/// file that is missing or broken ends the test.
std::vector<std::byte> LoadSparseImage(const std::string& path);

}  // namespace flint::volume
