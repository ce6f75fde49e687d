// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "drivers/block/aligned_buffer.h"
#include "drivers/block/block_device.h"
#include "drivers/block/block_window.h"
#include "drivers/block/fake_block_device.h"
#include "fs/iso9660/el_torito.h"
#include "fs/iso9660/iso9660_volume.h"
#include "fs/iso9660/volume_descriptors.h"
#include "fs/volume/volume_walker.h"

namespace flint::iso9660 {
namespace {

constexpr size_t kMaxReadBytes = size_t{16} * 1024;
constexpr size_t kDiskBytes = size_t{96} * 1024;

void ReadCatalog(block::BlockDevice& disk, std::span<std::byte> memory) {
  block::BlockWindow window({&disk, 0, disk.geometry().block_count}, memory);
  const auto descriptors = ReadVolumeDescriptors(window);
  if (!descriptors || !descriptors->boot_catalog_sector) return;
  (void)ReadBootCatalog(window, *descriptors->boot_catalog_sector);
}

/// The first byte chooses the disk's block size; the rest is the disk from the
/// first descriptor on, and zeros follow.
void MountOne(std::span<const uint8_t> input) {
  if (input.empty()) return;
  const auto bytes = std::as_bytes(input.subspan(1));
  std::vector<std::byte> contents(kFirstDescriptorOffset);
  contents.insert(contents.end(), bytes.begin(), bytes.end());
  contents.resize(std::max(contents.size(), kDiskBytes));
  block::FakeBlockDevice disk(std::move(contents),
                              {.block_size_bytes = 512u << (input[0] & 3)});
  const block::BlockGeometry& geometry = disk.geometry();
  block::AlignedBuffer scratch(
      Iso9660Volume::MinScratchBytes(geometry.block_size_bytes));
  ReadCatalog(disk, scratch.bytes());
  auto volume =
      Iso9660Volume::Create({&disk, 0, geometry.block_count}, scratch.bytes());
  if (!volume) return;
  volume::VolumeWalker(*volume, disk, kMaxReadBytes).Walk();
}

}  // namespace
}  // namespace flint::iso9660

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  flint::iso9660::MountOne({data, size});
  return 0;
}
