// SPDX-License-Identifier: Apache-2.0
#include "fs/partition/iso_image.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/block/aligned_buffer.h"
#include "drivers/block/fake_block_device.h"
#include "fs/partition/partition_table.h"
#include "fs/volume/sparse_image.h"
#include "gtest/gtest.h"
#include "platforms/base/arena.h"
#include "platforms/base/checked.h"
#include "testing/result_matchers.h"

// ISO images that xorriso made; see fs/iso9660/testdata/make_samples.sh.

namespace flint::partition {
namespace {

using ::flint::testing::IsOk;

/// What the boot image in all of them holds: a FAT file system.
constexpr uint64_t kImageBytes = uint64_t{120} * 1024;

/// Where it is on rock_ridge.
constexpr uint64_t kImageOffset = 196608;

class IsoImageTest : public ::testing::Test {
 protected:
  IsoImageTest() : memory_(size_t{64} * 1024), arena_(memory_.bytes()) {}

  static std::vector<std::byte> Load(std::string_view name) {
    return volume::LoadSparseImage("fs/iso9660/testdata/" + std::string(name) +
                                   ".sparse");
  }

  /// "MBR 2 at 4096, El Torito 1 at 8192, whole disk": scheme, number, and
  /// first byte of what there is.
  std::string Describe(const std::vector<std::byte>& image,
                       uint32_t block_size_bytes) {
    block::FakeBlockDevice disk(image, {.block_size_bytes = block_size_bytes});
    block::AlignedBuffer scratch(MinScratchBytes(block_size_bytes));
    const auto table = ReadPartitionTable(disk, scratch.bytes(), arena_);
    request_count_ = disk.read_call_count();
    if (!table) return std::string(table.error().reason());
    rejected_count_ = table->rejected_count;
    std::string text;
    for (const Partition& partition : table->partitions) {
      if (!text.empty()) text += ", ";
      text += ToString(partition.scheme);
      if (partition.scheme == Scheme::kWholeDisk) {
        EXPECT_EQ(partition.block_count, disk.geometry().block_count);
        continue;
      }
      text += " " + std::to_string(partition.number) + " at " +
              std::to_string(partition.first_lba * block_size_bytes);
      if (partition.scheme == Scheme::kElTorito) {
        image_bytes_ = partition.block_count * block_size_bytes;
      }
    }
    return text;
  }

  /// The place of the boot catalogue's initial entry.
  static size_t InitialEntry(const std::vector<std::byte>& image) {
    const auto sector = std::to_integer<size_t>(image[17 * 2048 + 71]);
    return sector * 2048 + 32;
  }

  block::AlignedBuffer memory_;
  Arena arena_;
  uint64_t image_bytes_ = 0;
  size_t request_count_ = 0;
  uint32_t rejected_count_ = 0;
};

TEST_F(IsoImageTest, FindsTheBootImageOfAnUndividedDisk) {
  for (const uint32_t block_size : {512u, 2048u}) {
    EXPECT_EQ(Describe(Load("rock_ridge"), block_size),
              "El Torito 1 at 196608, whole disk");
    EXPECT_EQ(image_bytes_, DivideRoundUp(kImageBytes, uint64_t{2048}) * 2048);
    // The start of the disk, the catalogue, the image's boot sector.
    EXPECT_LE(request_count_, 4u);
  }
}

TEST_F(IsoImageTest, IsTheWholeDiskWithoutABootCatalogue) {
  EXPECT_EQ(Describe(Load("plain"), 2048), "whole disk");
}

TEST_F(IsoImageTest, LeavesTheBootImageToATableThatHasIt) {
  EXPECT_EQ(Describe(Load("hybrid_gpt"), 512),
            "GPT 1 at 32768, GPT 2 at 243712, GPT 3 at 366592, whole disk");
  EXPECT_EQ(Describe(Load("hybrid_mbr"), 512), "MBR 2 at 206848, whole disk");
  EXPECT_EQ(rejected_count_, 0u);
}

TEST_F(IsoImageTest, AddsTheBootImageToATableThatDoesNotHaveIt) {
  EXPECT_EQ(Describe(Load("hybrid_unlisted"), 512),
            "MBR 2 at 206848, El Torito 1 at 69632, whole disk");
}

// Their tables are for disks of 512-byte blocks: a CD-ROM has others.
TEST_F(IsoImageTest, DoesNotBelieveTablesForOtherBlocks) {
  for (const std::string_view name :
       {"hybrid_gpt", "hybrid_mbr", "hybrid_unlisted"}) {
    const std::string found = Describe(Load(name), 2048);
    EXPECT_TRUE(found.starts_with("El Torito 1 at ")) << found;
    EXPECT_TRUE(found.ends_with(", whole disk")) << found;
  }
}

TEST_F(IsoImageTest, TakesTheSizeThatTheFileSystemTells) {
  std::vector<std::byte> image = Load("rock_ridge");
  const size_t entry = InitialEntry(image);
  image[entry + 6] = std::byte{4};  // sectors
  image[entry + 7] = std::byte{0};
  Describe(image, 2048);
  EXPECT_EQ(image_bytes_, kImageBytes);

  // Nothing said: up to the end of the disk.
  image[entry + 6] = std::byte{1};
  Describe(image, 2048);
  EXPECT_EQ(image_bytes_, image.size() - kImageOffset);
}

TEST_F(IsoImageTest, KeepsImagesOnTheDisk) {
  std::vector<std::byte> image = Load("rock_ridge");
  const size_t entry = InitialEntry(image);
  image[entry + 7] = std::byte{0xff};  // sectors
  Describe(image, 2048);
  EXPECT_EQ(image_bytes_, image.size() - kImageOffset);

  image[entry + 10] = std::byte{0xff};  // first sector
  EXPECT_EQ(Describe(image, 2048), "whole disk");
}

TEST_F(IsoImageTest, IgnoresImagesThatStartInsideABlock) {
  std::vector<std::byte> image = Load("rock_ridge");
  EXPECT_EQ(Describe(image, 4096), "El Torito 1 at 196608, whole disk");

  image[InitialEntry(image) + 8] |= std::byte{1};
  EXPECT_EQ(Describe(image, 4096), "whole disk");
}

TEST_F(IsoImageTest, DoesWithoutABrokenCatalogue) {
  std::vector<std::byte> image = Load("rock_ridge");
  image[InitialEntry(image) - 32] = std::byte{0};
  EXPECT_EQ(Describe(image, 2048), "whole disk");

  image[17 * 2048 + 74] = std::byte{0xff};  // its place
  EXPECT_EQ(Describe(image, 2048), "whole disk");
}

}  // namespace
}  // namespace flint::partition
