// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace flint::fat {

/// What Debian's fsck.fat says of a volume, which it may not change.
struct Verdict {
  int status;  // 0: there is nothing to mend
  std::vector<std::string> lines;
};

/// Has fsck.fat look at a volume, of which it gets a copy.
Verdict RunFsck(std::span<const std::byte> volume);

}  // namespace flint::fat
