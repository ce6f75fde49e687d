// SPDX-License-Identifier: Apache-2.0
#include "efi/nv_store/nv_format.h"

#include "platforms/base/crc32.h"

namespace flint::efi {
namespace {

constexpr std::array<uint8_t, 3> kOnes = {0xFF, 0xFF, 0xFF};

}  // namespace

uint16_t SumOfWords(Bytes bytes) {
  uint32_t sum = 0;
  for (size_t i = 0; i < bytes.size(); ++i) {
    sum += std::to_integer<uint32_t>(bytes[i]) << (i % 2 == 0 ? 0 : 8);
  }
  return static_cast<uint16_t>(sum);
}

NvHeaders MakeNvHeaders(const NvLayout& layout) {
  NvHeaders headers{};
  NvVolumeHeader& volume = headers.volume;
  volume.file_system = NvVolumeHeader::kNvDataGuid;
  volume.volume_bytes = layout.volume_bytes;
  volume.signature = NvVolumeHeader::kSignature;
  volume.attributes = NvVolumeHeader::kAttributes;
  volume.header_bytes = sizeof(volume);
  volume.revision = NvVolumeHeader::kRevision;
  volume.block_map[0] = {.block_count = layout.volume_bytes / kNvBlockBytes,
                         .block_bytes = kNvBlockBytes};
  volume.checksum = static_cast<uint16_t>(-SumOfWords(AsBytes(volume)));
  headers.store = {
      .signature = NvStoreHeader::kAuthenticatedGuid,
      .size_bytes = static_cast<uint32_t>(layout.store_bytes - sizeof(volume)),
      .format = NvStoreHeader::kFormatted,
      .state = NvStoreHeader::kHealthy,
      .reserved = {}};
  return headers;
}

NvWorkingHeader MakeNvWorkingHeader() {
  NvWorkingHeader header{.signature = NvWorkingHeader::kWorkingGuid,
                         .crc32 = 0xFFFF'FFFF,
                         .state = NvWorkingHeader::kErased,
                         .reserved = kOnes,
                         .queue_bytes = kNvBlockBytes - sizeof(header)};
  header.crc32 = Crc32(AsBytes(header));
  header.state = NvWorkingHeader::kValid;
  return header;
}

}  // namespace flint::efi
