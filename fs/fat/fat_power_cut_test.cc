// SPDX-License-Identifier: Apache-2.0
// What the disk is like if the power fails at any moment of an operation.
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fs/fat/fat_checker.h"
#include "fs/fat/fat_image_builder.h"
#include "fs/fat/mounted_volume.h"
#include "fs/fat/writable_volume.h"
#include "gtest/gtest.h"
#include "testing/result_matchers.h"

namespace flint::fat {
namespace {

using Files = std::map<std::string, std::string>;

struct Step {
  std::string_view name;
  std::function<Status(WritableVolume&)> run;
  /// A directory that moves has two names for a moment.
  bool moves_directory = false;
};

const std::vector<Step>& Steps() {
  static const std::string large = Pattern(6000);
  static const std::string long_name = std::string(210, 'n') + ".txt";
  static const std::vector<Step> steps{
      {"create", [](auto& v) { return v.CreateWith("new.txt", "new"); }},
      {"create a directory",
       [](auto& v) -> Status {
         TRY(v.Create("dir", true));
         return {};
       }},
      {"create with a long name",
       [](auto& v) { return v.CreateWith("dir/" + long_name, large); }},
      {"create many",
       [](auto& v) -> Status {
         for (int i = 0; i < 12; ++i) {
           const std::string name =
               "dir/A file with a long name " + std::to_string(i);
           TRY(v.CreateWith(name,
                            std::string(700, static_cast<char>('a' + i))));
         }
         return {};
       }},
      {"append", [](auto& v) { return v.Write("old.txt", 3000, large); }},
      {"write behind the end",
       [](auto& v) { return v.Write("new.txt", 2500, "tail"); }},
      {"overwrite", [](auto& v) { return v.Write("old.txt", 100, "over"); }},
      {"lengthen", [](auto& v) { return v.Resize("new.txt", 7000); }},
      {"shorten", [](auto& v) { return v.Resize("old.txt", 1000); }},
      {"rename", [](auto& v) { return v.Move("old.txt", "Renamed file.txt"); }},
      {"rename with a much longer name",
       [](auto& v) { return v.Move("new.txt", std::string(190, 'x')); }},
      {"change case",
       [](auto& v) { return v.Move("Renamed file.txt", "RENAMED FILE.TXT"); }},
      {"move",
       [](auto& v) { return v.Move("RENAMED FILE.TXT", "dir/back.txt"); }},
      {"move a directory",
       [](auto& v) -> Status {
         TRY(v.Create("other", true));
         return v.Move("other", "dir/below it");
       },
       true},
      {"remove",
       [](auto& v) { return v.Remove("dir/A file with a long name 3"); }},
      {"remove the long name",
       [](auto& v) { return v.Remove("dir/" + long_name); }},
      {"fill the gap",
       [](auto& v) { return v.CreateWith("dir/in the gap", large); }},
      {"remove a directory", [](auto& v) { return v.Remove("dir/below it"); }},
      {"empty", [](auto& v) { return v.Resize("dir/back.txt", 0); }},
      {"flush", [](auto& v) { return v.writer().Flush(); }},
  };
  return steps;
}

/// The volume before all steps. There are deleted records and files around.
FatImageBuilder Start(const FatImageBuilder::Shape& shape) {
  FatImageBuilder builder(shape);
  builder.AddFile("old.txt", Pattern(3000), {.clusters_per_fragment = 2});
  builder.AddFile("never touched.bin", Pattern(5000));
  builder.AddFile("keep/me.txt", "kept");
  return builder;
}

/// What must still be there in the midst of a step that leads from `before` to
/// `after`.
void ExpectNothingLost(const Files& before,
                       const Files& after,
                       const Files& now) {
  std::set<std::string> moved;
  for (const auto& [path, contents] : after) {
    if (!before.contains(path)) moved.insert(contents);
  }
  for (const auto& [path, contents] : before) {
    const auto kept = after.find(path);
    if (kept == after.end()) {
      if (path.back() == '/' || !moved.contains(contents)) continue;
      const bool is_there = std::ranges::any_of(now, [&](const auto& file) {
        return file.second == contents &&
               (file.first == path || after.contains(file.first));
      });
      EXPECT_TRUE(is_there) << path << " is lost";
      continue;
    }
    const auto found = now.find(path);
    ASSERT_NE(found, now.end()) << path << " is lost";
    if (kept->second == contents) {
      EXPECT_EQ(found->second, contents) << path;
    } else if (kept->second.starts_with(contents)) {
      EXPECT_TRUE(found->second.starts_with(contents)) << path;
    }
  }
}

class PowerCutTest : public ::testing::TestWithParam<VolumeKind> {
 protected:
  /// Looks at the disk as it is after a power cut in a step that leads from
  /// `before` to `after`.
  static void ExpectGood(std::span<const std::byte> disk,
                         const Step& step,
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
  const FatImageBuilder start = Start(kind.shape);
  WritableVolume volume(start.image(), kind.block_size_bytes);
  ASSERT_TRUE(volume.is_mounted());
  size_t state_count = 0;
  for (const Step& step : Steps()) {
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
        if (state_count % 4 == 0 && !step.moves_directory) {
          ExpectUsable(disk);
        }
        if (HasFailure()) return;
      }
    }
    EXPECT_TRUE(std::ranges::equal(disk, volume.disk().contents()));
  }
  EXPECT_GT(state_count, 100u);
}

/// What Debian's fsck.fat says of a volume, which it may not change.
struct Verdict {
  int status;
  std::vector<std::string> lines;
};
Verdict RunFsck(std::span<const std::byte> disk) {
  const std::string image = ::testing::TempDir() + "/volume.img";
  std::ofstream(image, std::ios::binary)
      .write(AsText(disk).data(), static_cast<std::streamsize>(disk.size()));
  const std::string command = std::string(std::getenv("TEST_SRCDIR")) +
                              "/host_tools/fsck.fat -n " + image + " 2>&1";
  std::FILE* const pipe = popen(command.c_str(), "r");
  Verdict verdict{};
  std::array<char, 512> line;
  while (std::fgets(line.data(), line.size(), pipe) != nullptr) {
    verdict.lines.emplace_back(line.data());
  }
  verdict.status = WEXITSTATUS(pclose(pipe));
  return verdict;
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
  const FatImageBuilder start = Start(kind.shape);
  WritableVolume volume(start.image(), kind.block_size_bytes);
  // Let there be good hints.
  ASSERT_OK(volume.files().Describe());
  ASSERT_OK(volume.CreateWith("first", "first"));
  ASSERT_OK(volume.writer().Flush());
  std::vector<std::byte> disk(volume.disk().contents().begin(),
                              volume.disk().contents().end());
  const Verdict first = RunFsck(disk);
  ASSERT_EQ(first.status, 0) << ::testing::PrintToString(first.lines);
  for (const Step& step : Steps()) {
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
      // A handful, at different points of each step.
      if (i % 11 != requests.size() % 7) continue;
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
