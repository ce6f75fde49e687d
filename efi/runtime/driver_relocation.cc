// SPDX-License-Identifier: Apache-2.0
#include "efi/runtime/driver_relocation.h"

#include "platforms/base/endian.h"

namespace flint::efi {
namespace {

/// Relocations of one page. [pe 6.6]
struct BlockHeader {
  Le32 page_offset;
  Le32 size_bytes;
};

constexpr unsigned kTypeShift = 12;
constexpr uint16_t kOffsetMask = 0xFFF;
constexpr uint16_t kAddress64 = 10;

void RelocateAddress(const RuntimeDriver& driver,
                     MutableBytes image,
                     uint64_t offset,
                     uint64_t new_address) {
  const auto address = ReadWire<Le64>(image, offset);
  // One past the end is an address in it, too.
  if (!address || *address - driver.address > driver.size_bytes) return;
  (void)WriteWire(image, offset, Le64(*address - driver.address + new_address));
}

}  // namespace

void RelocateDriver(const RuntimeDriver& driver,
                    MutableBytes image,
                    uint64_t new_address) {
  const auto relocations =
      Slice(image, driver.relocations_offset, driver.relocations_size_bytes);
  if (!relocations) return;
  for (ByteReader blocks(*relocations); !blocks.empty();) {
    const auto header = blocks.Read<BlockHeader>();
    if (!header || header->size_bytes < sizeof(BlockHeader)) return;
    const auto entries =
        blocks.ReadBytes(header->size_bytes - sizeof(BlockHeader));
    if (!entries) return;
    ByteReader reader(*entries);
    for (auto entry = reader.Read<Le16>(); entry; entry = reader.Read<Le16>()) {
      if (*entry >> kTypeShift != kAddress64) continue;
      const uint64_t offset =
          uint64_t{header->page_offset} + (*entry & kOffsetMask);
      RelocateAddress(driver, image, offset, new_address);
    }
  }
}

}  // namespace flint::efi
