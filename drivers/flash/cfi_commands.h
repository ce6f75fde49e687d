// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

/// The Intel command set of an x8 chip: what is written anywhere in it.
/// [cfi], [28f128j3]
namespace flint::flash::cfi {

// The two names of one command; QEMU and all chips know both.
inline constexpr uint8_t kProgramByte = 0x40;
inline constexpr uint8_t kProgramByteAlternative = 0x10;
inline constexpr uint8_t kEraseBlock = 0x20;
inline constexpr uint8_t kClearStatus = 0x50;
inline constexpr uint8_t kReadStatus = 0x70;
inline constexpr uint8_t kQuery = 0x98;
inline constexpr uint8_t kConfirm = 0xD0;
inline constexpr uint8_t kProgramBuffer = 0xE8;
inline constexpr uint8_t kReadArray = 0xFF;

/// The status register, which every read gives while a command runs and until
/// the next.
namespace status {
inline constexpr uint8_t kBlockLocked = 1 << 1;
inline constexpr uint8_t kVoltageLow = 1 << 3;
inline constexpr uint8_t kProgramError = 1 << 4;
inline constexpr uint8_t kEraseError = 1 << 5;
inline constexpr uint8_t kReady = 1 << 7;
inline constexpr uint8_t kErrors =
    kBlockLocked | kVoltageLow | kProgramError | kEraseError;
}  // namespace status

/// Where what is in the table that answers a query.
namespace query {
/// Commands work anywhere, but this is where a query is made.
inline constexpr uint64_t kCommandOffset = 0x55;
inline constexpr uint64_t kSignature = 0x10;        // "QRY"
inline constexpr uint64_t kCommandSet = 0x13;       // 16 bits
inline constexpr uint64_t kWriteBuffer = 0x2A;      // 16 bits, power of two
inline constexpr uint64_t kRegionCount = 0x2C;      // 8 bits
inline constexpr uint64_t kRegionBlocks = 0x2D;     // 16 bits, less one
inline constexpr uint64_t kRegionBlockSize = 0x2F;  // 16 bits, times 256
inline constexpr uint64_t kTableEnd = 0x31;

inline constexpr uint16_t kIntelExtended = 0x0001;
inline constexpr uint16_t kIntelStandard = 0x0003;
}  // namespace query

}  // namespace flint::flash::cfi
