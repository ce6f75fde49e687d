// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <utility>
#include <vector>

#include "drivers/block/aligned_buffer.h"
#include "drivers/block/block_batch.h"
#include "drivers/block/block_device.h"
#include "drivers/block/block_window.h"
#include "drivers/block/fake_block_device.h"
#include "fs/iso9660/el_torito.h"
#include "fs/iso9660/iso9660_volume.h"
#include "fs/iso9660/volume_descriptors.h"
#include "fs/volume/file_system.h"

namespace flint::iso9660 {
namespace {

constexpr size_t kMaxReadBytes = size_t{16} * 1024;
constexpr size_t kDiskBytes = size_t{96} * 1024;
constexpr int kMaxDepth = 4;

/// Looks at everything on a volume, but not for ever.
class Walker {
 public:
  Walker(Iso9660Volume& volume, block::BlockDevice& disk)
      : volume_(volume), disk_(disk) {}

  void Walk(const volume::File& directory, int depth) {
    volume::DirectoryCursor cursor;
    volume::DirectoryEntry entry;
    while (budget_ > 0) {
      const auto found = volume_.List(directory, cursor, entry);
      if (!found || !*found) return;
      --budget_;
      if (entry.name().empty()) std::abort();
      (void)volume_.Open(directory, entry.name());
      if (!entry.file.is_directory) {
        ReadBothWays(entry.file);
      } else if (depth < kMaxDepth) {
        (void)volume_.Open(entry.file, "../..");
        Walk(entry.file, depth + 1);
      }
    }
  }

 private:
  /// What both ways of reading give must be the same.
  void ReadBothWays(const volume::File& file) {
    const uint64_t size = std::min<uint64_t>(file.size_bytes, kMaxReadBytes);
    const uint64_t offset = file.size_bytes - size;
    const Status read = volume_.Read(file, offset, now_.bytes().first(size));
    std::array<block::BlockExtent, 8> storage;
    block::BlockBatch batch(disk_, storage);
    const Status added =
        volume_.ReadInto(file, offset, size, later_.bytes(), batch);
    const Status submitted = batch.Submit();
    // The disk is fine, so a failure is found before anything is added.
    if (!submitted || read.has_value() != added.has_value()) std::abort();
    if (read && !std::ranges::equal(now_.bytes().first(size),
                                    later_.bytes().first(size))) {
      std::abort();
    }
  }

  Iso9660Volume& volume_;
  block::BlockDevice& disk_;
  int budget_ = 64;
  block::AlignedBuffer now_{kMaxReadBytes};
  block::AlignedBuffer later_{kMaxReadBytes + 4096};
};

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
  Walker(*volume, disk).Walk(volume->root(), 0);
}

}  // namespace
}  // namespace flint::iso9660

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  flint::iso9660::MountOne({data, size});
  return 0;
}
