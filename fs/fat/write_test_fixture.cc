// SPDX-License-Identifier: Apache-2.0
#include "fs/fat/write_test_fixture.h"

#include <algorithm>
#include <set>

#include "fs/fat/mounted_volume.h"
#include "gtest/gtest.h"

namespace flint::fat {

const std::vector<WriteStep>& WriteSteps() {
  static const std::string large = Pattern(6000);
  static const std::string long_name = std::string(210, 'n') + ".txt";
  static const std::vector<WriteStep> steps{
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
      {"flush",
       [](auto& v) -> Status {
         TRY(v.CreateWith("flushed", "for good"));
         return v.writer().Flush();
       }},
  };
  return steps;
}

FatImageBuilder StartOfSteps(const FatImageBuilder::Shape& shape) {
  FatImageBuilder builder(shape);
  builder.AddFile("old.txt", Pattern(3000), {.clusters_per_fragment = 2});
  builder.AddFile("never touched.bin", Pattern(5000));
  builder.AddFile("keep/me.txt", "kept");
  return builder;
}

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

}  // namespace flint::fat
