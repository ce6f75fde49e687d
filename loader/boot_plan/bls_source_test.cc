// SPDX-License-Identifier: Apache-2.0
#include "loader/boot_plan/bls_source.h"

#include <array>
#include <string>
#include <vector>

#include "fs/volume/fake_file_system.h"
#include "loader/bls/fake_unified_image.h"
#include "platforms/base/log.h"
#include "testing/result_matchers.h"

namespace flint::boot_plan {
namespace {

using ::testing::ElementsAre;

class Recorder final : public Booter, public LineWriter, public log::Sink {
 public:
  Failure Boot(const Candidate& candidate) override {
    tried.push_back(candidate);
    return Error(ErrorCode::kDeviceError, "does not start");
  }
  void WriteLine(std::string_view line) override { lines.emplace_back(line); }
  void Write(log::Level, std::string_view line) override {
    lines.emplace_back(line);
  }
  std::vector<Candidate> tried;
  std::vector<std::string> lines;
};

class BlsSourceTest : public ::testing::Test {
 protected:
  BlsSourceTest() {
    volumes_[0] = {.place = {.disk = "disk",
                             .partition = 2,
                             .partition_label = "extended boot"},
                   .device = &xbootldr_.device(),
                   .file_system = &xbootldr_};
    volumes_[1] = {
        .place = {.disk = "disk", .partition = 1, .partition_label = ""},
        .device = &esp_.device(),
        .file_system = &esp_};
  }

  bls::EntryList AddAll() {
    volume::FileSystem* const sources[] = {&xbootldr_, &esp_};
    auto list = bls::ReadEntries(sources, bls::Architecture::kX64, arena_);
    EXPECT_OK(list);
    EXPECT_OK(AddBlsEntries(*list, volumes_, plan_));
    return *list;
  }

  std::array<std::byte, 65536> memory_;
  Arena arena_{memory_};
  BootPlan plan_{arena_};
  volume::FakeFileSystem xbootldr_;
  volume::FakeFileSystem esp_;
  std::array<Volume, 2> volumes_;
  Recorder recorder_;
};

TEST_F(BlsSourceTest, AddsEntriesWithAllThatBootingTakes) {
  xbootldr_.AddFile("/loader/entries/b+3.conf", "linux /k\ntitle B\n");
  esp_.AddFile("/loader/entries/a.conf", "linux /k\noptions ro\n");
  AddAll();

  plan_.Run(recorder_);

  ASSERT_EQ(recorder_.tried.size(), 2u);
  EXPECT_EQ(recorder_.tried[1].load_options, "ro");
  const Candidate& first = recorder_.tried[0];
  EXPECT_EQ(first.id, "b");
  EXPECT_EQ(first.name, "b+3.conf");
  EXPECT_EQ(first.title, "B");
  EXPECT_EQ(first.reason, "Boot Loader Specification entry");
  EXPECT_EQ(first.place.partition, 2u);
  EXPECT_EQ(first.device, &xbootldr_.device());
  EXPECT_EQ(first.file_system, &xbootldr_);
  EXPECT_EQ(first.bls_entry->linux, "/k");
  EXPECT_EQ(recorder_.tried[1].file_system, &esp_);
  EXPECT_EQ(plan_.Prefer("b.conf"), 1u);
}

TEST_F(BlsSourceTest, AddsProgramsWithTheirOptions) {
  esp_.AddFile("/loader/entries/b.conf", "efi /x.efi\noptions a b\n");
  esp_.AddFile("/EFI/Linux/a.efi", bls::FakeUnifiedImage("ID=a", "built in"));
  AddAll();

  plan_.Run(recorder_);

  ASSERT_EQ(recorder_.tried.size(), 2u);
  const Candidate& image = recorder_.tried[0];
  EXPECT_EQ(image.kind, CandidateKind::kUefiProgram);
  EXPECT_EQ(image.id, "a");
  EXPECT_EQ(image.name, "a.efi");
  EXPECT_EQ(image.reason, "unified kernel image");
  EXPECT_EQ(image.file_system, &esp_);
  EXPECT_EQ(image.path, "/EFI/Linux/a.efi");
  EXPECT_EQ(image.load_options, "");
  EXPECT_EQ(image.bls_entry->options, "built in");
  const Candidate& program = recorder_.tried[1];
  EXPECT_EQ(program.kind, CandidateKind::kUefiProgram);
  EXPECT_EQ(program.path, "/x.efi");
  EXPECT_EQ(program.load_options, "a b");
}

TEST_F(BlsSourceTest, ReportsWhatKeepsImagesFromBeingFound) {
  esp_.AddFile("/EFI/Linux/a.efi", bls::FakeUnifiedImage("ID=a"));
  xbootldr_.AddFile("/EFI/Linux/b.efi", "");
  xbootldr_.InjectFailure(volume::FakeFileSystem::Operation::kList,
                          "/EFI/Linux",
                          Error(ErrorCode::kCorrupt, "directory is broken"));
  AddAll();

  plan_.WriteReport(recorder_);

  EXPECT_THAT(recorder_.lines,
              ElementsAre("no bootable operating system found:",
                          "  disk, partition 1: a.efi: not tried",
                          "  disk, partition 2 (extended boot): "
                          "/EFI/Linux: directory is broken",
                          "  disk, partition 2 (extended boot): "
                          "/loader/entries: file not found"));
}

TEST_F(BlsSourceTest, ReportsWhatCannotBeBooted) {
  esp_.AddFile("/loader/entries/a.conf", "title A\n");
  esp_.AddFile("/loader/entries/c.conf", "linux /k\n");
  AddAll();
  plan_.Run(recorder_);

  plan_.WriteReport(recorder_);

  EXPECT_THAT(recorder_.lines,
              ElementsAre("no bootable operating system found:",
                          "  disk, partition 1: c.conf: does not start",
                          "  disk, partition 1: a.conf: names no kernel",
                          "  disk, partition 2 (extended boot): "
                          "/loader/entries: file not found"));
}

TEST_F(BlsSourceTest, ReportsEmptyDirectories) {
  esp_.AddDirectory("/loader/entries");
  xbootldr_.AddDirectory("/loader/entries");
  AddAll();

  plan_.WriteReport(recorder_);

  EXPECT_THAT(recorder_.lines,
              ElementsAre("no bootable operating system found:",
                          "  disk, partition 2 (extended boot): "
                          "/loader/entries: holds no boot entries",
                          "  disk, partition 1: "
                          "/loader/entries: holds no boot entries"));
}

TEST_F(BlsSourceTest, WarnsOfVariables) {
  esp_.AddFile("/loader/entries/a.conf", "linux /k\noptions $x ro $y\n");
  const bls::EntryList list = AddAll();
  log::Configure(&recorder_, log::Level::kWarning);

  WarnAbout(list.entries[0]);
  log::Configure(nullptr, log::Level::kWarning);

  EXPECT_THAT(
      recorder_.lines,
      ElementsAre("a.conf: $x means something to GRUB only and was left out",
                  "a.conf: $y means something to GRUB only and was left out"));
}

}  // namespace
}  // namespace flint::boot_plan
