// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "platforms/base/bytes.h"

namespace flint {

/// The CRC-32 of GPT and UEFI (ISO-HDLC: reflected polynomial 0x04C11DB7, all
/// ones in and out). For data that comes in pieces pass the value so far:
/// `Crc32(b, Crc32(a))` is that of `a` followed by `b`.
uint32_t Crc32(Bytes bytes, uint32_t value_so_far = 0);

}  // namespace flint
