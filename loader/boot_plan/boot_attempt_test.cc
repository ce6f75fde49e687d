// SPDX-License-Identifier: Apache-2.0
#include "loader/boot_plan/boot_attempt.h"

#include <string>
#include <string_view>

#include "fs/volume/fake_file_system.h"
#include "gtest/gtest.h"
#include "loader/bls/entry.h"
#include "testing/result_matchers.h"

namespace flint::boot_plan {
namespace {

using ::flint::testing::IsError;

class CountAttemptTest : public ::testing::Test {
 protected:
  /// A candidate made from the entry's file, which is on the disk.
  Candidate Add(bls::EntryType type, std::string_view directory) {
    const std::string path = std::string(directory) + "/" + name_;
    files_.AddFile(path, "x");
    entry_ = bls::MakeEntry(type, name_);
    entry_.program = program_ = "/" + path;
    return {.file_system = &files_, .bls_entry = &entry_, .path = program_};
  }

  volume::FakeFileSystem files_;
  std::string name_ = "debian+3.conf";
  std::string program_;
  bls::Entry entry_;
  EntryPath path_;
};

TEST_F(CountAttemptTest, RenamesTheEntryAndLeavesItsProgram) {
  files_.AllowWriting(1 << 20);
  Candidate candidate = Add(bls::EntryType::kText, "loader/entries");
  candidate.path = "/program.efi";

  CountAttempt(candidate, path_);

  EXPECT_EQ(path_.view(), "/loader/entries/debian+2-1.conf");
  EXPECT_EQ(candidate.path, "/program.efi");
  EXPECT_THAT(files_.Open("loader/entries/debian+3.conf"),
              IsError(ErrorCode::kNotFound));
  EXPECT_OK(files_.Open(path_.view()));
  EXPECT_FALSE(files_.is_dirty());
}

TEST_F(CountAttemptTest, FollowsAnImageToItsNewName) {
  files_.AllowWriting(1 << 20);
  name_ = "debian+1-2.efi";
  Candidate candidate = Add(bls::EntryType::kUnifiedImage, "EFI/Linux");

  CountAttempt(candidate, path_);

  EXPECT_EQ(candidate.path, "/EFI/Linux/debian+0-3.efi");
  EXPECT_EQ(path_.view(), candidate.path);
  EXPECT_OK(files_.Open(candidate.path));
}

TEST_F(CountAttemptTest, LeavesWhatHasNoCounters) {
  name_ = "debian.efi";
  Candidate candidate = Add(bls::EntryType::kUnifiedImage, "EFI/Linux");

  CountAttempt(candidate, path_);

  EXPECT_TRUE(path_.empty());
  EXPECT_EQ(candidate.path, "/EFI/Linux/debian.efi");
  Candidate program{.file_system = &files_, .path = "/program.efi"};
  CountAttempt(program, path_);
  EXPECT_TRUE(path_.empty());
}

TEST_F(CountAttemptTest, StaysWithTheOldNameOnAReadOnlyVolume) {
  name_ = "debian+3.efi";
  Candidate candidate = Add(bls::EntryType::kUnifiedImage, "EFI/Linux");

  CountAttempt(candidate, path_);

  EXPECT_EQ(path_.view(), "/EFI/Linux/debian+3.efi");
  EXPECT_EQ(candidate.path, path_.view());
}

}  // namespace
}  // namespace flint::boot_plan
