// SPDX-License-Identifier: Apache-2.0
#include "fs/iso9660/iso_image_builder.h"

#include <algorithm>
#include <cstdlib>

#include "fs/iso9660/volume_descriptors.h"
#include "platforms/base/endian.h"

namespace flint::iso9660 {
namespace {

template <WireType T>
std::string TextOf(const T& value) {
  return std::string(AsText(AsBytes(value)));
}

}  // namespace

IsoImageBuilder::IsoImageBuilder(uint32_t block_size_bytes,
                                 uint32_t sector_count)
    : block_size_bytes_(block_size_bytes),
      image_(sector_count * kSectorBytes) {}

void IsoImageBuilder::Write(size_t offset, std::string_view bytes) {
  if (offset > image_.size() || bytes.size() > image_.size() - offset) {
    std::abort();  // the test wants a larger volume
  }
  std::ranges::copy(AsBytes(bytes),
                    image_.begin() + static_cast<ptrdiff_t>(offset));
}

IsoImageBuilder::Place IsoImageBuilder::Reserve(size_t size_bytes) {
  const size_t offset = next_sector_ * kSectorBytes;
  next_sector_ += (size_bytes + kSectorBytes - 1) / kSectorBytes;
  return {.block = static_cast<uint32_t>(offset / block_size_bytes_),
          .size_bytes = static_cast<uint32_t>(size_bytes)};
}

IsoImageBuilder::Place IsoImageBuilder::AddData(std::string_view data) {
  const Place place = Reserve(data.size());
  Write(OffsetOf(place), data);
  return place;
}

std::string IsoImageBuilder::Both(uint32_t value) {
  return TextOf(Le32(value)) + TextOf(Be32(value));
}

std::string IsoImageBuilder::Ucs2(std::string_view text) {
  std::string stored;
  for (const char character : text) {
    stored += TextOf(Be16(static_cast<uint8_t>(character)));
  }
  return stored;
}

std::string IsoImageBuilder::Encode(const Record& record) const {
  std::string bytes(1, '\0');  // the length, at the end
  bytes += static_cast<char>(record.extended_attribute_blocks);
  bytes += Both(record.place.block) + Both(record.place.size_bytes);
  bytes += std::string("\x7e\x0b\x17\x0c\x22\x38\x04", 7);  // 2026-11-23 12:34
  bytes += static_cast<char>(record.flags);
  bytes += static_cast<char>(record.interleave_unit_blocks);
  bytes += static_cast<char>(record.interleave_gap_blocks);
  bytes += std::string("\x01\0\0\x01", 4);
  bytes += static_cast<char>(record.name.size());
  bytes += record.name;
  if (bytes.size() % 2 != 0) bytes += '\0';
  bytes += record.system_use;
  if (bytes.size() % 2 != 0) bytes += '\0';
  if (bytes.size() > 255) std::abort();  // the test wants a continuation
  bytes[0] = static_cast<char>(bytes.size());
  return bytes;
}

std::vector<size_t> IsoImageBuilder::WriteDirectory(
    const Place& place,
    const Place& parent,
    const std::vector<Record>& records,
    std::string_view self_use,
    std::string_view parent_use) {
  std::vector<Record> all{{.name = std::string(1, '\0'),
                           .place = place,
                           .flags = kDirectory,
                           .system_use = std::string(self_use)},
                          {.name = "\x01",
                           .place = parent,
                           .flags = kDirectory,
                           .system_use = std::string(parent_use)}};
  all.insert(all.end(), records.begin(), records.end());
  std::vector<size_t> offsets;
  size_t offset = OffsetOf(place);
  for (const Record& record : all) {
    const std::string bytes = Encode(record);
    const size_t room = kSectorBytes - offset % kSectorBytes;
    if (bytes.size() > room) offset += room;
    Write(offset, bytes);
    offsets.push_back(offset);
    offset += bytes.size();
  }
  offsets.erase(offsets.begin(), offsets.begin() + 2);
  return offsets;
}

void IsoImageBuilder::AddDescriptor(std::string_view header,
                                    const Place& root,
                                    std::string_view label,
                                    std::string_view escape_sequence) {
  const size_t offset = next_descriptor_++ * kSectorBytes;
  Write(offset, header);
  Write(offset + 40, std::string(32, ' '));
  Write(offset + 40, label);
  Write(offset + 80,
        Both(static_cast<uint32_t>(image_.size() / block_size_bytes_)));
  Write(offset + 88, escape_sequence);
  Write(offset + 128,
        TextOf(Le16(static_cast<uint16_t>(block_size_bytes_))) +
            TextOf(Be16(static_cast<uint16_t>(block_size_bytes_))));
  Write(
      offset + 156,
      Encode(
          {.name = std::string(1, '\0'), .place = root, .flags = kDirectory}));
}

void IsoImageBuilder::AddPrimary(const Place& root, std::string_view label) {
  AddDescriptor(
      "\x01"
      "CD001"
      "\x01",
      root,
      label,
      "");
}

void IsoImageBuilder::AddJoliet(const Place& root, std::string_view label) {
  std::string stored = Ucs2(label);
  while (stored.size() < 32) stored += Ucs2(" ");
  AddDescriptor(
      "\x02"
      "CD001"
      "\x01",
      root,
      stored,
      "%/E");
}

void IsoImageBuilder::AddBootRecord(uint32_t catalog_sector) {
  const size_t offset = next_descriptor_++ * kSectorBytes;
  Write(offset, std::string("\0CD001\x01", 7) + "EL TORITO SPECIFICATION");
  Write(offset + 71, TextOf(Le32(catalog_sector)));
}

void IsoImageBuilder::AddTerminator() {
  Write(next_descriptor_++ * kSectorBytes,
        "\xff"
        "CD001"
        "\x01");
}

std::vector<size_t> IsoImageBuilder::WriteRoot(
    const std::vector<Record>& records, std::string_view self_use) {
  const Place root = Reserve(2 * kSectorBytes);
  AddPrimary(root);
  AddTerminator();
  return WriteDirectory(root, root, records, self_use);
}

std::string IsoImageBuilder::BootCatalog(const Place& boot_image) {
  // Validation entry for UEFI; its checksum makes the sum of its words 0.
  constexpr uint16_t kHeader = 0xef01;
  constexpr uint16_t kKey = 0xaa55;
  std::string catalog = TextOf(Le16(kHeader)) + std::string(26, '\0');
  catalog += TextOf(Le16(static_cast<uint16_t>(-(kHeader + kKey))));
  catalog += TextOf(Le16(kKey));
  catalog += std::string("\x88\0\0\0\0\0", 6);
  catalog += TextOf(Le16(static_cast<uint16_t>(boot_image.size_bytes / 512)));
  catalog += TextOf(Le32(boot_image.block));
  return catalog + std::string(20, '\0');
}

std::string IsoImageBuilder::Entry(std::string_view signature,
                                   std::string_view data) {
  return std::string(signature) + static_cast<char>(4 + data.size()) + "\x01" +
         std::string(data);
}

std::string IsoImageBuilder::Sharing(uint8_t skipped_bytes) {
  return Entry("SP",
               std::string("\xbe\xef") + static_cast<char>(skipped_bytes));
}

std::string IsoImageBuilder::PosixMode(uint32_t mode) {
  return Entry("PX", Both(mode) + Both(1) + Both(0) + Both(0) + Both(0));
}

std::string IsoImageBuilder::RockName(std::string_view name, uint8_t flags) {
  return Entry("NM", static_cast<char>(flags) + std::string(name));
}

std::string IsoImageBuilder::Continuation(const Place& place, uint32_t offset) {
  return Entry("CE", Both(place.block) + Both(offset) + Both(place.size_bytes));
}

std::string IsoImageBuilder::RootUse(uint8_t skipped_bytes) {
  return Sharing(skipped_bytes) + PosixMode(0040555);
}

}  // namespace flint::iso9660
