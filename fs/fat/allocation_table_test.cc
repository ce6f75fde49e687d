// SPDX-License-Identifier: Apache-2.0
#include "fs/fat/allocation_table.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "drivers/block/aligned_buffer.h"
#include "drivers/block/fake_block_device.h"
#include "fs/fat/boot_sector.h"
#include "fs/fat/cluster_chain.h"
#include "fs/fat/fat_image_builder.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "testing/result_matchers.h"

namespace flint::fat {
namespace {

using block::FakeBlockDevice;
using ::flint::testing::IsError;
using ::flint::testing::IsOk;
using ::flint::testing::IsOkAndHolds;
using ::testing::Eq;
using ::testing::Optional;
using ::testing::SizeIs;

/// A volume's table being read from a disk, made by `builder`.
class Fixture {
 public:
  explicit Fixture(const FatImageBuilder& builder, size_t window_bytes = 16384)
      : disk_(builder.image()), memory_(window_bytes) {
    const auto layout = ParseBootSector(
        Bytes(builder.image()).first(kBootSectorBytes), builder.image().size());
    EXPECT_THAT(layout, IsOk());
    if (!layout) return;
    layout_ = *layout;
    table_ = AllocationTable(
        layout_, {&disk_, 0, disk_.geometry().block_count}, memory_.bytes());
  }

  FakeBlockDevice& disk() { return disk_; }
  const Layout& layout() const { return layout_; }
  AllocationTable& table() { return table_; }

 private:
  FakeBlockDevice disk_;
  block::AlignedBuffer memory_;
  Layout layout_;
  AllocationTable table_;
};

class AllocationTableTest : public ::testing::TestWithParam<FatType> {
 protected:
  FatImageBuilder builder_{{.type = GetParam()}};
};

TEST_P(AllocationTableTest, FollowsEveryEntry) {
  uint32_t last = kFirstCluster;
  while (builder_.ClusterOffset(last + 1) < builder_.image().size()) ++last;
  for (uint32_t cluster = kFirstCluster; cluster < last; ++cluster) {
    builder_.SetEntry(cluster, last - (cluster - kFirstCluster));
  }
  builder_.SetEntry(last, builder_.end_mark());
  Fixture fixture(builder_);

  for (uint32_t cluster = kFirstCluster; cluster < last; ++cluster) {
    ASSERT_THAT(fixture.table().Next(cluster),
                IsOkAndHolds(Optional(last - (cluster - kFirstCluster))));
  }
  EXPECT_THAT(fixture.table().Next(last), IsOkAndHolds(Eq(std::nullopt)));
}

TEST_P(AllocationTableTest, TakesEveryEndMark) {
  for (uint32_t i = 0; i < 8; ++i) {
    builder_.SetEntry(100 + i, builder_.end_mark() - i);
  }
  Fixture fixture(builder_);

  for (uint32_t i = 0; i < 8; ++i) {
    EXPECT_THAT(fixture.table().Next(100 + i), IsOkAndHolds(Eq(std::nullopt)));
  }
}

TEST_P(AllocationTableTest, RejectsWhatIsNoLink) {
  builder_.SetEntry(100, 0);
  builder_.SetEntry(101, 1);
  builder_.SetEntry(102, builder_.bad_mark());
  builder_.SetEntry(103, builder_.bad_mark() - 1);
  Fixture fixture(builder_);

  for (uint32_t cluster = 100; cluster <= 103; ++cluster) {
    EXPECT_THAT(fixture.table().Next(cluster), IsError(ErrorCode::kCorrupt));
  }
}

TEST_P(AllocationTableTest, UsesAnotherCopyIfOneCannotBeRead) {
  builder_.SetEntry(150, 151);
  Fixture fixture(builder_);
  const uint64_t lba = builder_.FatOffset(0) / 512;
  for (uint64_t i = 0; i < fixture.layout().fat_size_bytes / 512; ++i) {
    fixture.disk().FailReads(
        {.lba = lba + i, .times = FakeBlockDevice::Failure::kAlways});
  }

  EXPECT_THAT(fixture.table().Next(150), IsOkAndHolds(Optional(151u)));
  fixture.disk().ClearStatistics();
  EXPECT_THAT(fixture.table().Next(151), IsError(ErrorCode::kCorrupt));
  EXPECT_THAT(fixture.disk().reads(), SizeIs(0));  // it stays with that copy
}

TEST_P(AllocationTableTest, ReportsIfNoCopyCanBeRead) {
  Fixture fixture(builder_);
  for (uint64_t lba = 0; lba < builder_.FatOffset(2) / 512; ++lba) {
    fixture.disk().FailReads(
        {.lba = lba, .times = FakeBlockDevice::Failure::kAlways});
  }

  EXPECT_THAT(fixture.table().Next(100), IsError(ErrorCode::kDeviceError));
}

INSTANTIATE_TEST_SUITE_P(Types,
                         AllocationTableTest,
                         ::testing::Values(FatType::kFat12,
                                           FatType::kFat16,
                                           FatType::kFat32));

TEST(AllocationTable, IgnoresTheReservedBitsOfFat32) {
  FatImageBuilder builder({.type = FatType::kFat32});
  builder.SetEntry(100, 0xf0000065);
  builder.SetEntry(101, 0xffffffff);
  Fixture fixture(builder);

  EXPECT_THAT(fixture.table().Next(100), IsOkAndHolds(Optional(101u)));
  EXPECT_THAT(fixture.table().Next(101), IsOkAndHolds(Eq(std::nullopt)));
}

TEST(AllocationTable, UsesOnlyTheActiveCopy) {
  FatImageBuilder builder({.type = FatType::kFat32});
  builder.bytes()[40] = std::byte{0x81};
  builder.SetEntryOfCopy(0, 100, 200);
  builder.SetEntryOfCopy(1, 100, 201);
  Fixture fixture(builder);

  EXPECT_THAT(fixture.table().Next(100), IsOkAndHolds(Optional(201u)));
}

TEST(AllocationTable, DoesNotFallBackToAnInactiveCopy) {
  FatImageBuilder builder({.type = FatType::kFat32});
  builder.bytes()[40] = std::byte{0x80};
  Fixture fixture(builder);
  fixture.disk().FailReads({.lba = builder.FatOffset(0) / 512,
                            .times = FakeBlockDevice::Failure::kAlways});

  EXPECT_THAT(fixture.table().Next(100), IsError(ErrorCode::kDeviceError));
}

TEST(AllocationTable, ReadsLargeTablesInLargePieces) {
  FatImageBuilder builder({.type = FatType::kFat32, .cluster_count = 66000});
  Fixture fixture(builder, size_t{64} * 1024);

  for (uint32_t cluster = kFirstCluster; cluster < 66002; ++cluster) {
    (void)fixture.table().Next(cluster);
  }

  EXPECT_LE(fixture.disk().reads().size(), 6u);  // 258 KiB
}

class ClusterChainTest : public ::testing::Test {
 protected:
  /// Links the clusters in this order.
  void Link(const std::vector<uint32_t>& clusters) {
    for (size_t i = 0; i + 1 < clusters.size(); ++i) {
      builder_.SetEntry(clusters[i], clusters[i + 1]);
    }
    builder_.SetEntry(clusters.back(), builder_.end_mark());
  }

  FatImageBuilder builder_;
};

TEST_F(ClusterChainTest, MergesNeighboursIntoRuns) {
  Link({10, 11, 12, 40, 41, 20});
  Fixture fixture(builder_);
  ClusterChain chain(10);

  const auto find = [&](uint32_t index, uint32_t count) {
    return chain.Find(fixture.layout(), fixture.table(), index, count);
  };

  ASSERT_OK_AND_ASSIGN(auto run, find(0, 100));
  ASSERT_TRUE(run.has_value());
  EXPECT_EQ(run->index, 0u);
  EXPECT_EQ(run->first_cluster, 10u);
  EXPECT_EQ(run->count, 3u);
  ASSERT_OK_AND_ASSIGN(run, find(4, 1));
  ASSERT_TRUE(run.has_value());
  EXPECT_EQ(run->index, 3u);
  EXPECT_EQ(run->first_cluster, 40u);
  ASSERT_OK_AND_ASSIGN(run, find(5, 1));
  EXPECT_EQ(run->first_cluster, 20u);
  ASSERT_OK_AND_ASSIGN(run, find(6, 1));
  EXPECT_FALSE(run.has_value());
}

TEST_F(ClusterChainTest, GoesBackToTheStart) {
  Link({10, 30, 50});
  Fixture fixture(builder_);
  ClusterChain chain(10);
  ASSERT_OK(chain.Find(fixture.layout(), fixture.table(), 2, 1));

  ASSERT_OK_AND_ASSIGN(const auto run,
                       chain.Find(fixture.layout(), fixture.table(), 0, 1));

  ASSERT_TRUE(run.has_value());
  EXPECT_EQ(run->first_cluster, 10u);
}

TEST_F(ClusterChainTest, FollowsNoFurtherThanAsked) {
  builder_.SetEntry(10, 11);
  builder_.SetEntry(11, 12);
  builder_.SetEntry(12, 0);  // would fail
  Fixture fixture(builder_);
  ClusterChain chain(10);

  ASSERT_OK_AND_ASSIGN(const auto run,
                       chain.Find(fixture.layout(), fixture.table(), 0, 3));

  ASSERT_TRUE(run.has_value());
  EXPECT_EQ(run->count, 3u);
}

TEST_F(ClusterChainTest, FindsEveryLoop) {
  for (const uint32_t length : {1u, 2u, 3u, 7u, 8u, 100u}) {
    for (const uint32_t target : {0u, 1u, length / 2, length - 1}) {
      FatImageBuilder builder;
      for (uint32_t i = 0; i < length; ++i) {
        builder.SetEntry(10 + 2 * i, 10 + 2 * (i + 1));
      }
      builder.SetEntry(10 + 2 * (length - 1), 10 + 2 * (target % length));
      Fixture fixture(builder);
      ClusterChain chain(10);

      EXPECT_THAT(chain.CheckEnd(fixture.table()), IsError(ErrorCode::kCorrupt))
          << length << " " << target;
    }
  }
}

TEST_F(ClusterChainTest, FindsEveryLoopOfNeighbours) {
  for (const FatType type : {FatType::kFat16, FatType::kFat32}) {
    for (const uint32_t length : {1u, 2u, 3u, 8u, 100u, 280u}) {
      for (const uint32_t target : {0u, 1u, length / 2, length - 1}) {
        FatImageBuilder builder({.type = type});
        for (uint32_t i = 0; i < length; ++i) {
          builder.SetEntry(10 + i, 11 + i);
        }
        builder.SetEntry(10 + length - 1, 10 + target % length);
        Fixture fixture(builder, 1024);
        ClusterChain chain(10);

        EXPECT_THAT(chain.CheckEnd(fixture.table()),
                    IsError(ErrorCode::kCorrupt))
            << length << " " << target;
      }
    }
  }
}

TEST_F(ClusterChainTest, FollowsNeighboursBeyondWhatIsInView) {
  struct Case {
    FatType type;
    uint32_t length;  // more than two blocks have entries
  };
  for (const auto [type, length] :
       {Case{FatType::kFat16, 1000}, Case{FatType::kFat32, 280}}) {
    FatImageBuilder builder({.type = type});
    for (uint32_t i = 1; i < length; ++i) builder.SetEntry(9 + i, 10 + i);
    builder.SetEntry(9 + length, builder.end_mark());
    Fixture fixture(builder, 1024);
    ClusterChain chain(10);

    const auto find = [&](uint32_t index, uint32_t count) {
      return chain.Find(fixture.layout(), fixture.table(), index, count);
    };
    ASSERT_OK_AND_ASSIGN(auto run, find(0, 100));
    EXPECT_EQ(run->count, 100u);
    ASSERT_OK_AND_ASSIGN(run, find(length - 10, 0));
    EXPECT_EQ(run->count, length - 9);
    ASSERT_OK_AND_ASSIGN(run, find(0, 9999));
    EXPECT_EQ(run->count, length);
    EXPECT_THAT(find(length, 1), IsOkAndHolds(Eq(std::nullopt)));
    EXPECT_THAT(chain.CheckEnd(fixture.table()), IsOk());
  }
}

// The last cluster's entry names the cluster behind it, which does not exist.
TEST_F(ClusterChainTest, DoesNotFollowNeighboursOutOfTheVolume) {
  for (const FatType type : {FatType::kFat16, FatType::kFat32}) {
    FatImageBuilder builder({.type = type});
    Fixture sizes(builder);
    const uint32_t last = sizes.layout().cluster_count + kFirstCluster - 1;
    builder.SetEntry(last - 1, last);
    builder.SetEntry(last, last + 1);
    Fixture fixture(builder);
    ClusterChain chain(last - 1);

    EXPECT_THAT(chain.Find(fixture.layout(), fixture.table(), 0, 3),
                IsError(ErrorCode::kCorrupt));
  }
}

TEST_F(ClusterChainTest, AcceptsAChainThatEnds) {
  Link({10, 11, 12, 5, 6, 4000, 9});
  Fixture fixture(builder_);
  ClusterChain chain(10);

  EXPECT_THAT(chain.CheckEnd(fixture.table()), IsOk());
}

TEST_F(ClusterChainTest, RejectsAStartOutsideTheVolume) {
  Fixture fixture(builder_);
  for (const uint32_t start : {0u, 1u, 4202u, ~0u}) {
    ClusterChain chain(start);

    EXPECT_THAT(chain.Find(fixture.layout(), fixture.table(), 0, 1),
                IsError(ErrorCode::kCorrupt));
  }
}

}  // namespace
}  // namespace flint::fat
