// SPDX-License-Identifier: Apache-2.0
#include "fs/partition/iso_image.h"

#include <algorithm>
#include <optional>

#include "fs/fat/boot_sector.h"
#include "fs/iso9660/el_torito.h"
#include "fs/partition/partition.h"
#include "platforms/base/bytes.h"
#include "platforms/base/checked.h"
#include "platforms/base/log.h"

namespace flint::partition {
namespace {

bool IsEfiSystemPartition(const Partition& partition) {
  return (partition.scheme == Scheme::kGpt &&
          partition.type == kEfiSystemType) ||
         (partition.scheme == Scheme::kMbr &&
          partition.mbr_type == kMbrEfiSystemType);
}

/// The catalogue's images; none if they are not wanted, or cannot be read.
iso9660::BootImageList BootImagesOf(
    const iso9660::VolumeDescriptors& descriptors,
    const PartitionTable& table,
    block::BlockWindow& window) {
  if (!descriptors.boot_catalog_sector ||
      std::ranges::any_of(table.partitions, IsEfiSystemPartition)) {
    return {};
  }
  const auto list =
      iso9660::ReadBootCatalog(window, *descriptors.boot_catalog_sector);
  if (list) return *list;
  log::Warning("{}: {}", window.range().device->name(), list.error());
  return {};
}

/// How long an image is that starts at `offset`, `room` bytes before the end of
/// the disk. Catalogues can say no more than 32 MiB, and many say less than is
/// true: a FAT file system knows better.
uint64_t SizeOf(const iso9660::BootImage& image,
                uint64_t room,
                block::BlockWindow& window) {
  if (image.stated_bytes == 0) return room;
  uint64_t size_bytes = image.stated_bytes;
  const auto sector = window.View(image.offset, fat::kBootSectorBytes);
  if (sector) {
    const auto layout = fat::ParseBootSector(*sector, room);
    if (layout) size_bytes = std::max(size_bytes, layout->total_bytes);
  }
  return std::min(size_bytes, room);
}

/// The blocks of an image; none if they are no partition.
std::optional<Partition> Place(const iso9660::BootImage& image,
                               block::BlockWindow& window) {
  const block::BlockDevice& disk = *window.range().device;
  const uint64_t block_size = disk.geometry().block_size_bytes;
  const uint64_t disk_bytes = disk.geometry().block_count * block_size;
  if (image.offset == 0 || image.offset >= disk_bytes) {
    log::Warning("{}: ignoring boot image {}: it lies outside the disk",
                 disk.name(),
                 image.boot_entry + 1);
    return std::nullopt;
  }
  if (!IsAligned(image.offset, block_size)) {
    log::Warning("{}: ignoring boot image {}: it starts inside a block",
                 disk.name(),
                 image.boot_entry + 1);
    return std::nullopt;
  }
  const uint64_t size_bytes = SizeOf(image, disk_bytes - image.offset, window);
  return Partition{.first_lba = image.offset / block_size,
                   .block_count = DivideRoundUp(size_bytes, block_size),
                   .scheme = Scheme::kElTorito,
                   .number = image.boot_entry + 1};
}

}  // namespace

Result<PartitionTable> AddIsoImage(
    const iso9660::VolumeDescriptors& descriptors,
    const PartitionTable& table,
    block::BlockWindow& window,
    Arena& arena) {
  const iso9660::BootImageList list = BootImagesOf(descriptors, table, window);
  const auto partitions = TRY(arena.AllocateArray<Partition>(
      table.partitions.size() + list.images().size() + 1));
  std::ranges::copy(table.partitions, partitions.begin());
  size_t count = table.partitions.size();
  for (const iso9660::BootImage& image : list.images()) {
    const auto place = Place(image, window);
    const bool is_new =
        place && std::ranges::none_of(
                     partitions.first(count), [&](const Partition& other) {
                       return other.first_lba == place->first_lba;
                     });
    if (is_new) partitions[count++] = *place;
  }
  partitions[count++] = {
      .block_count = window.range().device->geometry().block_count,
      .scheme = Scheme::kWholeDisk};
  PartitionTable extended = table;
  extended.partitions = partitions.first(count);
  return extended;
}

}  // namespace flint::partition
