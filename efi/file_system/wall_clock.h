// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fs/volume/file_system.h"

namespace flint::efi {

/// What time it is for whoever looks at a calendar: what files are stamped
/// with.
class WallClock {
 public:
  virtual ~WallClock() = default;

  /// Local time; year 0 if nobody knows.
  virtual volume::Timestamp Now() = 0;
};

}  // namespace flint::efi
