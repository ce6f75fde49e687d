// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "drivers/block/aligned_buffer.h"
#include "drivers/block/block_device.h"
#include "drivers/block/fake_block_device.h"
#include "fs/fat/fat_volume.h"
#include "fs/volume/volume_walker.h"

namespace flint::fat {
namespace {

constexpr size_t kMaxReadBytes = size_t{64} * 1024;
constexpr size_t kDiskBytes = size_t{128} * 1024;

/// The first byte chooses the disk's block size; the rest is the disk, and
/// zeros follow, so that an input need not be as long as its volume.
void MountOne(std::span<const uint8_t> input) {
  if (input.empty()) return;
  const auto bytes = std::as_bytes(input.subspan(1));
  std::vector<std::byte> contents(bytes.begin(), bytes.end());
  contents.resize(std::max(contents.size(), kDiskBytes));
  block::FakeBlockDevice disk(std::move(contents),
                              {.block_size_bytes = 512u << (input[0] & 3)});
  const block::BlockGeometry& geometry = disk.geometry();
  block::AlignedBuffer scratch(
      FatVolume::MinScratchBytes(geometry.block_size_bytes));
  auto volume =
      FatVolume::Create({&disk, 0, geometry.block_count}, scratch.bytes());
  if (!volume) return;
  volume::VolumeWalker(*volume, disk, kMaxReadBytes).Walk();
}

}  // namespace
}  // namespace flint::fat

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  flint::fat::MountOne({data, size});
  return 0;
}
