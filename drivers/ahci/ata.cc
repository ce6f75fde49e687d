// SPDX-License-Identifier: Apache-2.0
#include "drivers/ahci/ata.h"

#include <bit>

#include "platforms/base/endian.h"

namespace flint::ahci {
namespace {

/// Words of the identity. [acs-4 7.13.6]
constexpr uint64_t kCapabilities = 49;
constexpr uint64_t kCommandSets = 83;
constexpr uint64_t kBlockCount48 = 100;
constexpr uint64_t kSectorSize = 106;
constexpr uint64_t kWordsPerBlock = 117;

constexpr uint16_t kHasDma = 1 << 8;
constexpr uint16_t kHas48BitAddresses = 1 << 10;
constexpr uint16_t kHasLargeBlocks = 1 << 12;

/// Some words are only valid if their two highest bits say so.
constexpr bool IsValid(uint16_t word) { return word >> 14 == 0b01; }

template <WireType T>
Result<T> WordAt(Bytes identity, uint64_t index) {
  return ReadWire<T>(identity, index * 2);
}

constexpr uint32_t kMinBlockBytes = 512;
constexpr uint32_t kMaxBlockBytes = 32768;

Result<uint32_t> ReadBlockSize(Bytes identity) {
  const uint16_t sizes = TRY(WordAt<Le16>(identity, kSectorSize));
  if (!IsValid(sizes) || (sizes & kHasLargeBlocks) == 0) return kMinBlockBytes;
  const uint32_t words = TRY(WordAt<Le32>(identity, kWordsPerBlock));
  if (words > kMaxBlockBytes / 2 || words < kMinBlockBytes / 2 ||
      !std::has_single_bit(words)) {
    return Fail(ErrorCode::kUnsupported, "disk has an unusable block size");
  }
  return words * 2;
}

}  // namespace

Result<block::BlockGeometry> ParseIdentity(Bytes identity) {
  identity = TRY(Slice(identity, 0, kIdentityBytes));
  const uint16_t capabilities = TRY(WordAt<Le16>(identity, kCapabilities));
  const uint16_t sets = TRY(WordAt<Le16>(identity, kCommandSets));
  if (!IsValid(sets) || (sets & kHas48BitAddresses) == 0 ||
      (capabilities & kHasDma) == 0) {
    return Fail(ErrorCode::kUnsupported,
                "disk lacks DMA or 48-bit block addresses");
  }
  const uint32_t block_size_bytes = TRY(ReadBlockSize(identity));
  const uint64_t block_count = TRY(WordAt<Le64>(identity, kBlockCount48));
  constexpr uint64_t kMaxBlockCount = uint64_t{1} << 48;
  if (block_count == 0 || block_count > kMaxBlockCount) {
    return Fail(ErrorCode::kCorrupt, "disk claims an impossible capacity");
  }
  return block::BlockGeometry{.block_size_bytes = block_size_bytes,
                              .block_count = block_count,
                              .read_only = false};
}

Error ErrorOfAta(uint8_t error) {
  if ((error & AtaError::kUncorrectable) != 0) {
    return Error(ErrorCode::kDeviceError, "disk reports a medium error");
  }
  if ((error & AtaError::kIdNotFound) != 0) {
    return Error(ErrorCode::kOutOfRange, "disk has no such block");
  }
  if ((error & AtaError::kInterfaceCrc) != 0) {
    return Error(ErrorCode::kDeviceError, "disk got a damaged command");
  }
  if ((error & AtaError::kAbort) != 0) {
    return Error(ErrorCode::kDeviceError, "disk aborted the command");
  }
  return Error(ErrorCode::kDeviceError, "disk reports an error");
}

}  // namespace flint::ahci
