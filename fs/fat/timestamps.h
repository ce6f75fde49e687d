// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "fs/volume/file_system.h"

namespace flint::fat {

/// The time that a directory record states: two seconds are the unit of
/// `time`, and `centiseconds` (0 to 199) says more precisely. Unknown if it was
/// not set or there is no such time. [fat 6.2]
volume::Timestamp DecodeTimestamp(uint16_t date,
                                  uint16_t time,
                                  uint8_t centiseconds);

}  // namespace flint::fat
