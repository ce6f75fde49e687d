// SPDX-License-Identifier: Apache-2.0
//
// What grows with files and directories grows no faster than they do. Counted,
// not timed; for times see //testing/bench:micro.
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "drivers/block/block_batch.h"
#include "fs/fat/address_room.h"
#include "fs/fat/computed_volume.h"
#include "fs/fat/fat_volume.h"
#include "fs/volume/file_system.h"
#include "gtest/gtest.h"
#include "platforms/base/bytes.h"
#include "testing/result_matchers.h"

namespace flint::fat {
namespace {

constexpr uint64_t kMib = uint64_t{1} << 20;
constexpr uint64_t kTimes = 10;

/// What a disk was asked for.
struct Work {
  uint64_t requests = 0;
  uint64_t metadata_blocks = 0;
};

Work Since(const Work& before, const ComputedVolume& disk) {
  return {
      .requests = disk.request_count() - before.requests,
      .metadata_blocks = disk.metadata_block_count() - before.metadata_blocks};
}

/// Mounts the volume, with so much working memory, opens its last file and maps
/// it, a piece at a time.
Work MapFile(const ComputedVolume::Shape& shape,
             size_t scratch_bytes,
             uint64_t piece_bytes) {
  ComputedVolume disk(shape);
  AddressRoom scratch(scratch_bytes);
  AddressRoom destination(piece_bytes);
  auto volume = FatVolume::Create(disk.range(), scratch.bytes());
  EXPECT_OK(volume);
  if (!volume) return {};
  const auto file = volume->Open(disk.last_name());
  EXPECT_OK(file);
  if (!file) return {};
  EXPECT_EQ(file->size_bytes, shape.size_bytes);

  std::vector<block::BlockExtent> extents(64);
  for (uint64_t at = 0; at < shape.size_bytes; at += piece_bytes) {
    block::BlockBatch batch(disk, extents);
    EXPECT_OK(
        volume->ReadInto(*file, at, piece_bytes, destination.bytes(), batch));
    EXPECT_OK(batch.Submit());
  }
  return Since({}, disk);
}

TEST(FatGrowth, LargestContiguousFileTakesAFewRequests) {
  constexpr uint64_t kSize = 4095 * kMib;

  const Work work =
      MapFile({.size_bytes = kSize}, FatVolume::kGoodScratchBytes, kSize);

  EXPECT_LE(work.requests, 10u);
  // Its table has 8190 blocks.
  EXPECT_LE(work.metadata_blocks, 2 * 8190u);
}

TEST(FatGrowth, FragmentedFileIsMappedInProportionToItsSize) {
  const ComputedVolume::Shape small{.size_bytes = 8 * kMib, .fragmented = true};
  const ComputedVolume::Shape large{.size_bytes = kTimes * 8 * kMib,
                                    .fragmented = true};
  const size_t scratch_bytes = FatVolume::MinScratchBytes(512);

  const Work once = MapFile(small, scratch_bytes, small.size_bytes);
  const Work often = MapFile(large, scratch_bytes, large.size_bytes);

  EXPECT_GT(once.requests, 8u);
  EXPECT_LE(often.requests, kTimes * once.requests);
  EXPECT_LE(often.metadata_blocks, kTimes * once.metadata_blocks);
}

TEST(FatGrowth, FragmentedFileIsReadByPiecesInProportionToItsSize) {
  const ComputedVolume::Shape small{.size_bytes = 8 * kMib, .fragmented = true};
  const ComputedVolume::Shape large{.size_bytes = kTimes * 8 * kMib,
                                    .fragmented = true};
  const size_t scratch_bytes = FatVolume::MinScratchBytes(512);

  const Work once = MapFile(small, scratch_bytes, kMib);
  const Work often = MapFile(large, scratch_bytes, kMib);

  EXPECT_LE(often.requests, kTimes * once.requests);
  EXPECT_LE(often.metadata_blocks, kTimes * once.metadata_blocks);
}

/// Opens the last of so many files.
struct Openings {
  explicit Openings(uint32_t file_count)
      : disk({.file_count = file_count}),
        scratch(FatVolume::MinScratchBytes(512)) {
    auto volume = FatVolume::Create(disk.range(), scratch.bytes());
    EXPECT_OK(volume);
    if (!volume) return;
    first = Open(*volume, disk.last_name());
    again = Open(*volume, disk.last_name());
    other = Open(*volume, ComputedVolume::NameOf(0));
    after_other = Open(*volume, disk.last_name());
  }

  Work Open(FatVolume& volume, const std::string& name) {
    const Work before = Since({}, disk);
    EXPECT_OK(volume.Open(name));
    return Since(before, disk);
  }

  ComputedVolume disk;
  AddressRoom scratch;
  Work first, again, other, after_other;
};

TEST(FatGrowth, LastEntryIsFoundInProportionToTheirNumberAndAgainAtOnce) {
  // As many as a directory can have, but for some.
  const Openings many(65'000);
  const Openings few(65'000 / kTimes);

  EXPECT_GT(few.first.requests, 3u);
  EXPECT_LE(many.first.requests, kTimes * few.first.requests);
  EXPECT_LE(many.first.metadata_blocks, kTimes * few.first.metadata_blocks);

  EXPECT_EQ(many.again.requests, 0u);
  EXPECT_LE(many.other.requests, 2u);
  EXPECT_LE(many.after_other.requests, 2u);
}

}  // namespace
}  // namespace flint::fat
