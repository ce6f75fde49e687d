// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "drivers/block/block_device.h"
#include "platforms/base/bytes.h"
#include "platforms/base/result.h"

/// ATA, as far as disks and CD-ROM drives at SATA ports need it. [acs-4]
namespace flint::ahci {

/// Commands. [acs-4 7]
enum class AtaCommand : uint8_t {
  kReadDmaExt = 0x25,
  kWriteDmaExt = 0x35,
  kPacket = 0xA0,
  kFlushCacheExt = 0xEA,
  kIdentifyDevice = 0xEC,
};

/// Bits of the error register. [acs-4 6.3]
struct AtaError {
  static constexpr uint8_t kAbort = 1 << 2;
  static constexpr uint8_t kIdNotFound = 1 << 4;
  static constexpr uint8_t kUncorrectable = 1 << 6;
  static constexpr uint8_t kInterfaceCrc = 1 << 7;
};

/// Bytes of what IDENTIFY DEVICE answers.
inline constexpr uint64_t kIdentityBytes = 512;

/// Reads it. [acs-4 7.13] kTruncated; kUnsupported: no 48-bit addresses, no
/// DMA, or blocks of a size we cannot use; kCorrupt: no blocks, or impossibly
/// many.
Result<block::BlockGeometry> ParseIdentity(Bytes identity);

/// What a command's error register means.
Error ErrorOfAta(uint8_t error);

}  // namespace flint::ahci
