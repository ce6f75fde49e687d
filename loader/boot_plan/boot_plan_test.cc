// SPDX-License-Identifier: Apache-2.0
#include "loader/boot_plan/boot_plan.h"

#include <array>
#include <string>
#include <vector>

#include "testing/result_matchers.h"

namespace flint::boot_plan {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::IsError;

constexpr Place kFirst{.disk = "virtio-blk at pci 0000:00:03.0",
                       .partition = 1,
                       .partition_label = "EFI system"};
constexpr Place kSecond{.disk = "virtio-blk at pci 0000:00:04.0",
                        .partition = 0,
                        .partition_label = ""};

/// Fails to boot anything, each for its own reason.
class FailingBooter final : public Booter {
 public:
  Failure Boot(const Candidate& candidate) override {
    tried.emplace_back(candidate.id);
    return Failure(Error(ErrorCode::kNotFound, "file not found"), "/vmlinuz");
  }
  std::vector<std::string> tried;
};

class Lines final : public LineWriter {
 public:
  void WriteLine(std::string_view line) override { lines.emplace_back(line); }
  std::vector<std::string> lines;
};

class BootPlanTest : public ::testing::Test {
 protected:
  void Add(std::string_view id, const Place& place = kFirst) {
    Candidate candidate;
    candidate.id = id;
    candidate.name = id;
    candidate.place = place;
    ASSERT_OK(plan_.Add(candidate));
  }

  std::vector<std::string> Report() {
    Lines lines;
    plan_.WriteReport(lines);
    return lines.lines;
  }

  std::array<std::byte, 16384> memory_;
  Arena arena_{memory_};
  BootPlan plan_{arena_};
  FailingBooter booter_;
};

TEST_F(BootPlanTest, TriesCandidatesInOrder) {
  Add("a");
  Add("b", kSecond);
  Add("c");

  plan_.Run(booter_);

  EXPECT_THAT(booter_.tried, ElementsAre("a", "b", "c"));
  EXPECT_EQ(plan_.candidate_count(), 3u);
  EXPECT_EQ(plan_.first()->id, "a");
}

TEST_F(BootPlanTest, TriesThePreferredFirstAndTheOthersNevertheless) {
  Add("debian-6.1");
  Add("fedora-6.8");
  Add("debian-5.10");
  Add("fedora-6.7");

  EXPECT_EQ(plan_.Prefer("fedora-*"), 2u);
  EXPECT_EQ(plan_.first()->id, "fedora-6.8");
  plan_.Run(booter_);

  EXPECT_THAT(
      booter_.tried,
      ElementsAre("fedora-6.8", "fedora-6.7", "debian-6.1", "debian-5.10"));
}

TEST_F(BootPlanTest, KeepsTheOrderIfNothingIsPreferred) {
  Add("a");
  Add("b");

  EXPECT_EQ(plan_.Prefer("b"), 1u);
  EXPECT_EQ(plan_.Prefer("nothing"), 0u);
  plan_.Run(booter_);

  EXPECT_THAT(booter_.tried, ElementsAre("a", "b"));
}

TEST_F(BootPlanTest, PrefersByTitleAndName) {
  Candidate candidate;
  candidate.id = "id";
  candidate.name = "name.conf";
  candidate.title = "Debian GNU/Linux";
  ASSERT_OK(plan_.Add(candidate));

  EXPECT_EQ(plan_.Prefer("ID"), 1u);
  EXPECT_EQ(plan_.Prefer("name.conf"), 1u);
  EXPECT_EQ(plan_.Prefer("debian*"), 1u);
  EXPECT_EQ(plan_.Prefer("name"), 0u);
}

TEST_F(BootPlanTest, TriesByRankThenAsAdded) {
  const auto add = [&](std::string_view id, Rank rank) {
    Candidate candidate;
    candidate.id = id;
    candidate.rank = rank;
    ASSERT_OK(plan_.Add(candidate));
  };
  add("disk 1", Rank::kDisk);
  add("index 3", RankOnDevice(3, CandidateKind::kBlsEntry));
  add("disk 2", Rank::kDisk);
  add("option", Rank::kLoadOption);
  add("once", Rank::kOnce);
  add("option on index 3", RankOnDevice(3, CandidateKind::kLoadOption));
  add("index 2", RankOnDevice(2, CandidateKind::kUefiProgram));
  add("index 3, again", RankOnDevice(3, CandidateKind::kUefiProgram));
  add("disk 3", Rank::kDisk);

  EXPECT_EQ(plan_.first()->id, "once");
  plan_.Run(booter_);

  EXPECT_THAT(booter_.tried,
              ElementsAre("once",
                          "index 2",
                          "option on index 3",
                          "index 3",
                          "index 3, again",
                          "option",
                          "disk 1",
                          "disk 2",
                          "disk 3"));
}

TEST_F(BootPlanTest, ListsCandidatesInTheOrderOfTrying) {
  Add("a");
  Add("b");
  Add("c");
  plan_.Prefer("c");
  std::array<const Candidate*, 2> list{};

  ASSERT_EQ(plan_.List(list), 2u);
  EXPECT_EQ(list[0]->id, "c");
  EXPECT_EQ(list[1]->id, "a");
}

TEST_F(BootPlanTest, TriesTheChosenOneFirst) {
  Add("a");
  Add("b");
  Add("c");
  plan_.Prefer("c");
  std::array<const Candidate*, 3> list{};
  plan_.List(list);

  plan_.Choose(*list[2], "edited");

  EXPECT_EQ(plan_.first(), list[2]);
  EXPECT_EQ(plan_.first()->load_options, "edited");
  plan_.Choose(*list[1]);
  EXPECT_EQ(plan_.first()->load_options, "");
  plan_.Run(booter_);
  EXPECT_THAT(booter_.tried, ElementsAre("a", "b", "c"));
}

TEST_F(BootPlanTest, NeverTriesOrPrefersFindings) {
  ASSERT_OK(plan_.AddFinding(
      kFirst, "a", Error(ErrorCode::kUnsupported, "is for another machine")));

  EXPECT_EQ(plan_.Prefer("*"), 0u);
  EXPECT_EQ(plan_.first(), nullptr);
  plan_.Run(booter_);

  EXPECT_THAT(booter_.tried, IsEmpty());
  EXPECT_EQ(plan_.candidate_count(), 0u);
}

TEST_F(BootPlanTest, ReportsEverythingInTheOrderItWasFound) {
  Add("debian.conf");
  ASSERT_OK(plan_.AddFinding(
      kFirst,
      "arm.conf",
      Error(ErrorCode::kUnsupported, "is for another architecture")));
  ASSERT_OK(plan_.AddFinding(
      kSecond,
      "",
      Error(ErrorCode::kNotFound, "no partition table, no file system")));
  ASSERT_OK(plan_.AddFinding(
      {.disk = kSecond.disk, .partition = 7, .partition_label = ""},
      "",
      Failure(Error(ErrorCode::kCorrupt, "is broken"), "/loader/entries")));

  plan_.Run(booter_);

  EXPECT_THAT(
      Report(),
      ElementsAre("no bootable operating system found:",
                  "  virtio-blk at pci 0000:00:03.0, partition 1 (EFI system): "
                  "debian.conf: /vmlinuz: file not found",
                  "  virtio-blk at pci 0000:00:03.0, partition 1 (EFI system): "
                  "arm.conf: is for another architecture",
                  "  virtio-blk at pci 0000:00:04.0: "
                  "no partition table, no file system",
                  "  virtio-blk at pci 0000:00:04.0, partition 7: "
                  "/loader/entries: is broken"));
}

TEST_F(BootPlanTest, ReportsWhatIsAboutNoDisk) {
  EXPECT_THAT(Report(), ElementsAre("no bootable operating system found"));

  ASSERT_OK(
      plan_.AddFinding({}, "", Error(ErrorCode::kNotFound, "no disk found")));

  EXPECT_THAT(
      Report(),
      ElementsAre("no bootable operating system found:", "  no disk found"));
}

TEST_F(BootPlanTest, SaysWhatWasNotTried) {
  Add("a", kSecond);

  EXPECT_THAT(Report(),
              ElementsAre("no bootable operating system found:",
                          "  virtio-blk at pci 0000:00:04.0: a: not tried"));
}

TEST_F(BootPlanTest, CutsLinesThatNobodyCouldRead) {
  const std::string name(3000, 'x');
  Add(name);

  EXPECT_EQ(Report()[1].size(), 1024u);
}

TEST_F(BootPlanTest, KeepsWhatItHasWhenTheArenaIsFull) {
  Status status;
  size_t count = 0;
  while ((status = plan_.Add({}))) ++count;

  EXPECT_THAT(status, IsError(ErrorCode::kNoMemory));
  EXPECT_GT(count, 10u);
  EXPECT_EQ(plan_.candidate_count(), count);
  plan_.Run(booter_);
  EXPECT_EQ(booter_.tried.size(), count);
}

}  // namespace
}  // namespace flint::boot_plan
