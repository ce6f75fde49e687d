// SPDX-License-Identifier: Apache-2.0
#include "efi/nv_store/nv_image.h"

#include <algorithm>
#include <cstring>

#include "efi/abi/runtime_services.h"
#include "efi/variables/variable_format.h"
#include "platforms/base/endian.h"

namespace flint::efi {
namespace {

constexpr uint32_t kUnwritten = 0xFFFF'FFFF;

/// A power cut may leave a header half written; its sizes count only once all
/// of it is.
bool HasBody(const NvVariableHeader& header) {
  return header.state != NvVariableHeader::kErased &&
         header.name_bytes != kUnwritten && header.data_bytes != kUnwritten &&
         header.attributes != kUnwritten;
}

/// Exactly one NUL, and that at the end.
bool IsName(Bytes name) {
  if (name.size() < 2 * sizeof(Le16) || name.size() % sizeof(Le16) != 0 ||
      name.size() > kMaxVariableNameBytes) {
    return false;
  }
  for (size_t i = 0; i < name.size(); i += sizeof(Le16)) {
    const bool is_nul = name[i] == std::byte{0} && name[i + 1] == std::byte{0};
    if (is_nul != (i + sizeof(Le16) == name.size())) return false;
  }
  return true;
}

}  // namespace

bool IsAll(std::byte value, Bytes bytes) {
  // Each is equal to its neighbour.
  return bytes.empty() ||
         (bytes.front() == value &&
          std::memcmp(bytes.data(), bytes.data() + 1, bytes.size() - 1) == 0);
}

uint64_t NvRecordBytes(uint64_t name_bytes, uint64_t data_bytes) {
  const uint64_t size_bytes =
      sizeof(NvVariableHeader) + name_bytes + data_bytes;
  return size_bytes + -size_bytes % kNvRecordAlignment;
}

Result<NvLayout> CheckNvHeaders(const NvHeaders& headers) {
  const NvVolumeHeader& volume = headers.volume;
  if (volume.signature != NvVolumeHeader::kSignature ||
      volume.file_system != NvVolumeHeader::kNvDataGuid) {
    return Fail(ErrorCode::kUnsupported,
                "flash holds something else than variables");
  }
  if (volume.header_bytes != sizeof(volume) ||
      SumOfWords(AsBytes(volume)) != 0) {
    return Fail(ErrorCode::kCorrupt, "variable flash: wrong checksum");
  }
  const uint64_t volume_bytes = volume.volume_bytes;
  const auto layout =
      std::ranges::find(kNvLayouts, volume_bytes, &NvLayout::volume_bytes);
  if (layout == kNvLayouts.end() ||
      volume.revision != NvVolumeHeader::kRevision ||
      volume.block_map[0].block_bytes != kNvBlockBytes) {
    return Fail(ErrorCode::kUnsupported,
                "variable flash is laid out in an unknown way");
  }
  const NvStoreHeader& store = headers.store;
  if (store.signature != NvStoreHeader::kAuthenticatedGuid) {
    return Fail(ErrorCode::kUnsupported,
                "variable flash: variables of an unknown kind");
  }
  if (store.size_bytes != layout->store_bytes - sizeof(volume) ||
      store.format != NvStoreHeader::kFormatted ||
      store.state != NvStoreHeader::kHealthy) {
    return Fail(ErrorCode::kCorrupt, "variable flash: bad store header");
  }
  return *layout;
}

Result<std::optional<NvRecord>> NvRecordAt(Bytes store, uint32_t offset) {
  const auto header = ReadWire<NvVariableHeader>(store, offset);
  if (!header || header->start_id != NvVariableHeader::kStartId) {
    return std::nullopt;
  }
  NvRecord record{.offset = offset,
                  .size_bytes = sizeof(*header),
                  .state = NvVariableHeader::kErased,
                  .attributes = 0,
                  .vendor = {},
                  .name = {},
                  .data = {}};
  if (!HasBody(*header)) return record;
  const Bytes body = store.subspan(offset + sizeof(*header));
  // Each is of 32 bits: no sum overflows.
  const uint64_t size_bytes =
      NvRecordBytes(header->name_bytes, header->data_bytes);
  if (uint64_t{header->name_bytes} + header->data_bytes > body.size()) {
    return Fail(ErrorCode::kCorrupt,
                "variable flash: a variable is beyond the end");
  }
  record.size_bytes = static_cast<uint32_t>(size_bytes);
  record.state = header->state;
  record.attributes = header->attributes;
  record.vendor = header->vendor;
  record.name = body.first(header->name_bytes);
  record.data = body.subspan(header->name_bytes, header->data_bytes);
  return record;
}

Result<uint32_t> EndOfNvRecords(Bytes store) {
  uint32_t offset = kFirstNvRecord;
  while (const auto record = TRY(NvRecordAt(store, offset))) {
    offset += record->size_bytes;
  }
  return offset;
}

bool IsShowable(const NvRecord& record) {
  constexpr uint32_t kNeeded =
      abi::EFI_VARIABLE_NON_VOLATILE | abi::EFI_VARIABLE_BOOTSERVICE_ACCESS;
  constexpr uint32_t kVisible = 0xFF;
  return IsName(record.name) && !record.data.empty() &&
         (record.attributes & kNeeded) == kNeeded &&
         (record.attributes & ~kVisible) == 0;
}

}  // namespace flint::efi
