// SPDX-License-Identifier: Apache-2.0
#include "loader/boot_plan/removable_source.h"

#include <array>
#include <string>
#include <vector>

#include "fs/volume/fake_file_system.h"
#include "testing/result_matchers.h"

namespace flint::boot_plan {
namespace {

using testing::IsError;
using volume::FakeFileSystem;

class Lines final : public LineWriter {
 public:
  void WriteLine(std::string_view line) override { lines.emplace_back(line); }
  std::vector<std::string> lines;
};

class RemovableSourceTest : public ::testing::Test {
 protected:
  Status Add(bls::Architecture architecture = bls::Architecture::kX64) {
    return AddRemovableProgram(
        {.place = {.disk = "disk", .partition = 3, .partition_label = ""},
         .device = &file_system_.device(),
         .file_system = &file_system_},
        architecture,
        plan_);
  }

  std::array<std::byte, 16384> memory_;
  Arena arena_{memory_};
  BootPlan plan_{arena_};
  FakeFileSystem file_system_;
};

TEST_F(RemovableSourceTest, AddsTheProgram) {
  file_system_.AddFile("/efi/boot/bootx64.efi", "MZ");

  ASSERT_OK(Add());

  ASSERT_EQ(plan_.candidate_count(), 1u);
  const Candidate& candidate = *plan_.first();
  EXPECT_EQ(candidate.kind, CandidateKind::kUefiProgram);
  EXPECT_EQ(candidate.id, "BOOTX64.EFI");
  EXPECT_EQ(candidate.name, "\\EFI\\BOOT\\BOOTX64.EFI");
  EXPECT_EQ(candidate.path, candidate.name);
  EXPECT_EQ(candidate.reason, "removable media path");
  EXPECT_EQ(candidate.place.partition, 3u);
  EXPECT_EQ(candidate.device, &file_system_.device());
  EXPECT_EQ(candidate.file_system, &file_system_);
  EXPECT_EQ(candidate.bls_entry, nullptr);
  EXPECT_EQ(candidate.load_options, "");
}

TEST_F(RemovableSourceTest, LooksForTheMachinesOwn) {
  file_system_.AddFile("/EFI/BOOT/BOOTX64.EFI", "MZ");
  file_system_.AddFile("/EFI/BOOT/BOOTAA64.EFI", "MZ");

  ASSERT_OK(Add(bls::Architecture::kAa64));
  ASSERT_OK(Add(bls::Architecture::kRiscV64));

  EXPECT_EQ(plan_.candidate_count(), 1u);
  EXPECT_EQ(plan_.first()->id, "BOOTAA64.EFI");
}

TEST_F(RemovableSourceTest, IsSilentWhereThereIsNone) {
  file_system_.AddDirectory("/EFI/BOOT/BOOTX64.EFI");

  ASSERT_OK(Add());

  EXPECT_EQ(plan_.item_count(), 0u);
}

TEST_F(RemovableSourceTest, ReportsWhatCannotBeOpened) {
  file_system_.AddFile("/EFI/BOOT/BOOTX64.EFI", "MZ");
  file_system_.InjectFailure(FakeFileSystem::Operation::kOpen,
                             "/EFI/BOOT/BOOTX64.EFI",
                             Error(ErrorCode::kCorrupt, "has a loop"));

  ASSERT_OK(Add());

  Lines report;
  plan_.WriteReport(report);
  ASSERT_EQ(report.lines.size(), 2u);
  EXPECT_EQ(report.lines[1],
            "  disk, partition 3: \\EFI\\BOOT\\BOOTX64.EFI: has a loop");
  EXPECT_EQ(plan_.candidate_count(), 0u);
}

TEST_F(RemovableSourceTest, FailsForWantOfMemory) {
  file_system_.AddFile("/EFI/BOOT/BOOTX64.EFI", "MZ");
  while (Add()) {
  }

  EXPECT_THAT(Add(), IsError(ErrorCode::kNoMemory));
}

}  // namespace
}  // namespace flint::boot_plan
