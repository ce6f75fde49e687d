// SPDX-License-Identifier: Apache-2.0
#include "boot/timeline/timeline.h"

#include <cstddef>
#include <cstdint>
#include <optional>

#include "gtest/gtest.h"

namespace flint::boot {
namespace {

TEST(Timeline, KeepsMarksInTheirOrder) {
  Timeline timeline(Stage::kEntered, 5);

  timeline.Add(Stage::kDiskSearched, 9, "disk");

  ASSERT_EQ(timeline.marks().size(), 2u);
  EXPECT_EQ(timeline.marks()[0].stage, Stage::kEntered);
  EXPECT_EQ(timeline.marks()[0].ticks, 5u);
  EXPECT_EQ(timeline.marks()[0].subject, "");
  EXPECT_EQ(timeline.marks()[1].subject, "disk");
  EXPECT_EQ(timeline.dropped_count(), 0u);
}

TEST(Timeline, FindsTheLastOfAKind) {
  Timeline timeline(Stage::kLoadBegun, 1);
  timeline.Add(Stage::kLoadBegun, 2);
  timeline.Add(Stage::kLoaded, 3);

  EXPECT_EQ(timeline.FindLast(Stage::kLoadBegun), std::optional<uint64_t>(2));
  EXPECT_EQ(timeline.FindLast(Stage::kStarted), std::nullopt);
}

TEST(Timeline, LosesMarksInTheMiddle) {
  Timeline timeline(Stage::kEntered, 0);
  constexpr size_t kAdded = 10 * Timeline::kMaxMarks;
  for (size_t i = 1; i < kAdded; ++i) timeline.Add(Stage::kDiskSearched, i);

  const auto marks = timeline.marks();
  ASSERT_EQ(marks.size(), Timeline::kMaxMarks);
  EXPECT_EQ(timeline.dropped_count(), kAdded - Timeline::kMaxMarks);
  EXPECT_EQ(marks.front().ticks, 0u);
  EXPECT_EQ(marks[Timeline::kMaxMarks / 2 - 1].ticks,
            Timeline::kMaxMarks / 2 - 1);
  EXPECT_EQ(marks.back().ticks, kAdded - 1);
  EXPECT_EQ(marks[Timeline::kMaxMarks - 2].ticks, kAdded - 2);
}

TEST(Timeline, NamesEveryStage) {
  for (int i = 0; i <= static_cast<int>(Stage::kExitDone); ++i) {
    EXPECT_NE(ToString(static_cast<Stage>(i)), "unknown") << i;
  }
}

}  // namespace
}  // namespace flint::boot
