// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "fs/volume/file_system.h"

namespace flint::fat {

/// The time that a directory record states: two seconds are the unit of
/// `time`, and `centiseconds` (0 to 199) says more precisely. Unknown if it was
/// not set or there is no such time. [fat 6.2]
volume::Timestamp DecodeTimestamp(uint16_t date,
                                  uint16_t time,
                                  uint8_t centiseconds);

/// How a directory record states a time.
struct EncodedTimestamp {
  uint16_t date;
  uint16_t time;
  uint8_t centiseconds;
};

/// 1980-01-01.
inline constexpr uint16_t kFirstDate = 1 << 5 | 1;

/// The form of a time in a record: the nearest that can be stated, for times
/// before 1980 or after 2107. None if it is not known, or there is no such
/// time.
std::optional<EncodedTimestamp> EncodeTimestamp(const volume::Timestamp& time);

}  // namespace flint::fat
