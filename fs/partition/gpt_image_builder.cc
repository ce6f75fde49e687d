// SPDX-License-Identifier: Apache-2.0
#include "fs/partition/gpt_image_builder.h"

#include <algorithm>
#include <cstdlib>

#include "fs/partition/mbr.h"
#include "platforms/base/bytes.h"
#include "platforms/base/checked.h"
#include "platforms/base/crc32.h"

namespace flint::partition {
namespace {

/// A test that builds nonsense ends at once.
template <typename T>
T Must(Result<T> result) {
  if (!result) std::abort();
  return *result;
}

void Put(std::span<std::byte> disk, uint64_t offset, const auto& value) {
  if (!WriteWire(disk, offset, value)) std::abort();
}

}  // namespace

GptImageBuilder::GptImageBuilder(const Shape& shape)
    : shape_(shape),
      array_(uint64_t{shape.entry_count} * shape.entry_size_bytes) {}

uint64_t GptImageBuilder::array_blocks() const {
  return DivideRoundUp<uint64_t>(array_.size(), shape_.block_size_bytes);
}

uint64_t GptImageBuilder::backup_lba() const {
  return shape_.backup_lba != 0 ? shape_.backup_lba : shape_.block_count - 1;
}

uint64_t GptImageBuilder::first_usable_lba() const {
  return shape_.array_lba + array_blocks();
}

uint64_t GptImageBuilder::last_usable_lba() const {
  return backup_lba() - array_blocks() - 1;
}

GptImageBuilder& GptImageBuilder::Add(const Entry& entry) {
  GptEntry wire{.type = entry.type,
                .unique_guid = entry.unique_guid,
                .first_lba = entry.first_lba,
                .last_lba = entry.last_lba,
                .attributes = entry.attributes,
                .name = {}};
  std::ranges::copy(entry.name, wire.name.begin());
  Put(array_, uint64_t{entry.slot - 1} * shape_.entry_size_bytes, wire);
  return *this;
}

std::vector<std::byte> GptImageBuilder::Build() const {
  std::vector<std::byte> disk(shape_.block_count * shape_.block_size_bytes);
  if (shape_.with_protective_mbr) {
    MasterBootRecord record{};
    record.entries[0] = {.status = 0,
                         .first_chs = {0, 2, 0},
                         .type = 0xee,
                         .last_chs = {0xff, 0xff, 0xff},
                         .first_lba = 1,
                         .block_count = 0xffffffff};
    record.boot_signature = 0xaa55;
    Put(disk, 0, record);
  }
  WriteCopy(disk, kGptPrimaryLba, backup_lba(), shape_.array_lba);
  WriteCopy(disk, backup_lba(), kGptPrimaryLba, backup_lba() - array_blocks());
  return disk;
}

void GptImageBuilder::WriteCopy(std::span<std::byte> disk,
                                uint64_t lba,
                                uint64_t alternate_lba,
                                uint64_t array_lba) const {
  std::ranges::copy(array_,
                    disk.subspan(array_lba * shape_.block_size_bytes).begin());
  Put(disk,
      lba * shape_.block_size_bytes,
      GptHeader{.signature = {'E', 'F', 'I', ' ', 'P', 'A', 'R', 'T'},
                .revision = 0x00010000,
                .header_size_bytes = sizeof(GptHeader),
                .header_crc32 = 0,
                .reserved = 0,
                .my_lba = lba,
                .alternate_lba = alternate_lba,
                .first_usable_lba = first_usable_lba(),
                .last_usable_lba = last_usable_lba(),
                .disk_guid = kDiskGuid,
                .entry_array_lba = array_lba,
                .entry_count = shape_.entry_count,
                .entry_size_bytes = shape_.entry_size_bytes,
                .entry_array_crc32 = 0});
  SealGpt(disk, shape_.block_size_bytes, lba);
}

void EditGptHeader(std::span<std::byte> disk,
                   uint32_t block_size_bytes,
                   uint64_t lba,
                   void (*edit)(GptHeader&)) {
  const uint64_t offset = lba * block_size_bytes;
  auto header = Must(ReadWire<GptHeader>(disk, offset));
  edit(header);
  header.header_crc32 = 0;
  Put(disk, offset, header);
  // A size beyond the block is for the parser to refuse.
  const size_t size =
      std::min<size_t>(header.header_size_bytes, block_size_bytes);
  header.header_crc32 = Crc32(disk.subspan(offset, size));
  Put(disk, offset, header);
}

void SealGpt(std::span<std::byte> disk,
             uint32_t block_size_bytes,
             uint64_t lba) {
  const uint64_t offset = lba * block_size_bytes;
  auto header = Must(ReadWire<GptHeader>(disk, offset));
  header.entry_array_crc32 = Crc32(
      disk.subspan(header.entry_array_lba * block_size_bytes,
                   uint64_t{header.entry_count} * header.entry_size_bytes));
  Put(disk, offset, header);
  EditGptHeader(disk, block_size_bytes, lba, [](GptHeader&) {});
}

}  // namespace flint::partition
