// SPDX-License-Identifier: Apache-2.0
#include "drivers/block/extent_cutter.h"

#include <array>
#include <vector>

#include "gtest/gtest.h"

namespace flint::block {
namespace {

constexpr BlockGeometry kGeometry{
    .block_size_bytes = 1024, .block_count = 1000, .read_only = false};

TEST(ExtentCutter, CutsExtentsInTheirOrderAndSkipsEmptyOnes) {
  std::array<std::byte, 8192> memory{};
  const std::span<std::byte> buffer(memory);
  const std::array<BlockExtent, 4> extents{
      {{.lba = 100, .buffer = buffer.first(5120)},
       {.lba = 7, .buffer = {}},
       {.lba = 3, .buffer = buffer.last(2048)},
       {.lba = 9, .buffer = {}}}};
  ExtentCutter cutter(extents, kGeometry, 2048);

  struct Piece {
    uint64_t lba;
    size_t offset;
    uint32_t block_count;
    bool operator==(const Piece&) const = default;
  };
  std::vector<Piece> pieces;
  while (const auto piece = cutter.Next()) {
    pieces.push_back({piece->lba,
                      static_cast<size_t>(piece->buffer.data() - memory.data()),
                      cutter.BlockCount(*piece)});
  }

  EXPECT_EQ(pieces,
            (std::vector<Piece>{
                {100, 0, 2}, {102, 2048, 2}, {104, 4096, 1}, {3, 6144, 2}}));
  EXPECT_FALSE(cutter.is_write());
  EXPECT_FALSE(cutter.Next().has_value());
}

TEST(ExtentCutter, CutsWhatIsWrittenAlike) {
  const std::array<std::byte, 3072> memory{};
  const std::array<ConstBlockExtent, 1> extents{{{.lba = 5, .buffer = memory}}};
  ExtentCutter cutter(extents, kGeometry, 2048);

  EXPECT_TRUE(cutter.is_write());
  EXPECT_EQ(cutter.Next()->buffer.data(), memory.data());
  EXPECT_EQ(cutter.Next()->lba, 7u);
  EXPECT_FALSE(cutter.Next().has_value());
}

TEST(ExtentCutter, YieldsNothingOfNothing) {
  EXPECT_FALSE(ExtentCutter(std::span<const BlockExtent>(), kGeometry, 1024)
                   .Next()
                   .has_value());
}

}  // namespace
}  // namespace flint::block
