// SPDX-License-Identifier: Apache-2.0
// What the disk is like if the power fails at any moment of an operation.
#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fs/fat/fat_checker.h"
#include "fs/fat/fat_image_builder.h"
#include "fs/fat/fsck.h"
#include "fs/fat/mounted_volume.h"
#include "fs/fat/writable_volume.h"
#include "fs/fat/write_test_fixture.h"
#include "gtest/gtest.h"
#include "testing/result_matchers.h"

namespace flint::fat {
namespace {

/// Looking at the disk takes less time than these do.
constexpr size_t kStatesBetweenMounts = 11;
constexpr size_t kRequestsBetweenFscks = 19;

class PowerCutTest : public ::testing::TestWithParam<VolumeKind> {
 protected:
  /// Looks at the disk as it is after a power cut in a step that leads from
  /// `before` to `after`.
  static void ExpectGood(std::span<const std::byte> disk,
                         const WriteStep& step,
                         const Files& before,
                         const Files& after) {
    const CheckReport report = CheckVolume(disk);
    if (!step.moves_directory) {
      ASSERT_TRUE(report.damage.empty()) << report.damage.front();
    }
    ExpectNothingLost(before, after, report.files);
  }

  /// The next start mounts it, and may write to it.
  void ExpectUsable(std::span<const std::byte> disk) {
    WritableVolume volume(disk, GetParam().block_size_bytes);
    ASSERT_TRUE(volume.is_mounted());
    EXPECT_THAT(volume.Read("keep/me.txt"), testing::IsOkAndHolds("kept"));
    ASSERT_OK(volume.CreateWith("after the cut", Pattern(2000)));
    const CheckReport report = volume.Check();
    EXPECT_TRUE(report.damage.empty()) << report.damage.front();
    EXPECT_EQ(report.files.at("after the cut"), Pattern(2000));
  }
};

TEST_P(PowerCutTest, LosesNothingAtAnyWrite) {
  const VolumeKind& kind = GetParam();
  const FatImageBuilder start = StartOfSteps(kind.shape);
  WritableVolume volume(start.image(), kind.block_size_bytes);
  ASSERT_TRUE(volume.is_mounted());
  size_t state_count = 0;
  for (const WriteStep& step : WriteSteps()) {
    SCOPED_TRACE(step.name);
    std::vector<std::byte> disk(volume.disk().contents().begin(),
                                volume.disk().contents().end());
    const Files before = volume.Check().files;
    volume.disk().Clear();
    ASSERT_OK(step.run(volume));
    const CheckReport report = volume.Check();
    ASSERT_TRUE(report.IsSpotless())
        << (report.damage.empty() ? "" : report.damage.front());

    for (const auto& request : volume.disk().requests()) {
      // A request may be cut short between two blocks.
      for (size_t at = 0; at < request.bytes.size();
           at += kind.block_size_bytes) {
        std::copy_n(request.bytes.begin() + static_cast<ptrdiff_t>(at),
                    kind.block_size_bytes,
                    disk.begin() + static_cast<ptrdiff_t>(request.offset + at));
        if (kind.shape.type == FatType::kFat12 &&
            at + kind.block_size_bytes < request.bytes.size()) {
          continue;  // an entry may lie across two blocks
        }
        ++state_count;
        ExpectGood(disk, step, before, report.files);
        if (state_count % kStatesBetweenMounts == 0 && !step.moves_directory) {
          ExpectUsable(disk);
        }
        if (HasFailure()) return;
      }
    }
    EXPECT_TRUE(std::ranges::equal(disk, volume.disk().contents()));
  }
  EXPECT_GT(state_count, 100u);
}

/// True for what fsck.fat may say after a power cut: clusters that are lost or
/// more than a file needs, marks of a volume in use, and copies of the table
/// of which one is older.
bool IsHarmless(const std::string& line) {
  static const std::vector<std::string_view> kHarmless{
      "fsck.fat ",
      "Warning: Filesystem is FAT32 according to ",
      "but has only ",
      "This may lead to problems on some systems.",
      "Dirty bit is set",
      "Automatically removing dirty bit",
      "Leaving filesystem unchanged",
      "There are differences between boot sector and its backup",
      "This is mostly harmless. Differences:",
      "65:01/00",
      "Not automatically fixing this",
      "FATs differ but appear to be intact",
      "Using first FAT",
      "Reclaimed ",
      "Free cluster summary uninitialized",
      // A name that needs two blocks; fsck looks behind a directory's end, too.
      "Orphaned long file name part",
      "Long filename fragment ",
      "(Maybe the start bit is missing on the last fragment)",
      "Not auto-correcting this.",
      "Auto-deleting",
      "File size is ",  // ... cluster chain length is > ...
      "Truncating file to ",
      "/",  // which file that is about
  };
  const size_t start = line.find_first_not_of(" \n");
  if (start == std::string::npos) return true;
  const std::string_view text = std::string_view(line).substr(start);
  return std::ranges::any_of(kHarmless, [&](std::string_view harmless) {
    return text.starts_with(harmless);
  });
}

TEST_P(PowerCutTest, LeavesNothingThatFsckMinds) {
  const VolumeKind& kind = GetParam();
  const FatImageBuilder start = StartOfSteps(kind.shape);
  WritableVolume volume(start.image(), kind.block_size_bytes);
  // Let there be good hints.
  ASSERT_OK(volume.files().Describe());
  ASSERT_OK(volume.CreateWith("first", "first"));
  ASSERT_OK(volume.writer().Flush());
  std::vector<std::byte> disk(volume.disk().contents().begin(),
                              volume.disk().contents().end());
  const Verdict first = RunFsck(disk);
  ASSERT_EQ(first.status, 0) << ::testing::PrintToString(first.lines);
  for (const WriteStep& step : WriteSteps()) {
    if (step.moves_directory) {
      volume.disk().Clear();
      ASSERT_OK(step.run(volume));
      disk.assign(volume.disk().contents().begin(),
                  volume.disk().contents().end());
      continue;
    }
    SCOPED_TRACE(step.name);
    volume.disk().Clear();
    ASSERT_OK(step.run(volume));
    const auto& requests = volume.disk().requests();
    for (size_t i = 0; i < requests.size(); ++i) {
      std::ranges::copy(
          requests[i].bytes,
          disk.begin() + static_cast<ptrdiff_t>(requests[i].offset));
      // A few, at different points of each step.
      if (i % kRequestsBetweenFscks != requests.size() % 7) continue;
      for (const std::string& line : RunFsck(disk).lines) {
        EXPECT_TRUE(IsHarmless(line)) << line;
      }
    }
  }
  const Verdict verdict = RunFsck(volume.disk().contents());
  EXPECT_EQ(verdict.status, 0) << ::testing::PrintToString(verdict.lines);
}

INSTANTIATE_TEST_SUITE_P(,
                         PowerCutTest,
                         ::testing::ValuesIn(VolumeKinds()),
                         [](const auto& kind) {
                           return std::string(kind.param.name);
                         });

}  // namespace
}  // namespace flint::fat
