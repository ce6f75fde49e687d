// SPDX-License-Identifier: Apache-2.0
#include "loader/bls/boot_count.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fs/fat/fat_checker.h"
#include "fs/fat/fat_image_builder.h"
#include "fs/fat/writable_volume.h"
#include "fs/volume/fake_file_system.h"
#include "gtest/gtest.h"
#include "testing/result_matchers.h"

namespace flint::bls {
namespace {

using ::flint::testing::IsError;

constexpr std::string_view kDirectory = "/loader/entries";

class CountBootAttemptTest : public ::testing::Test {
 protected:
  CountBootAttemptTest() { files_.AllowWriting(1 << 20); }

  void Add(std::string_view name) {
    files_.AddFile("loader/entries/" + std::string(name), "title x\n");
  }

  /// The new name, whose file must be there, and the old one gone.
  Result<std::string> Count(std::string_view name,
                            std::string_view suffix = ".conf") {
    const FileName result =
        TRY(CountBootAttempt(files_, {kDirectory, name, suffix}));
    std::string text(result.view());
    const std::string directory = std::string(kDirectory) + "/";
    EXPECT_OK(files_.Open(directory + text));
    if (text != name) {
      EXPECT_THAT(files_.Open(directory + std::string(name)),
                  IsError(ErrorCode::kNotFound));
    }
    EXPECT_FALSE(files_.is_dirty());
    return text;
  }

  volume::FakeFileSystem files_;
};

TEST_F(CountBootAttemptTest, MovesATryFromLeftToDone) {
  Add("debian+3.conf");
  Add("a+b+10-9.CONF");
  Add("uki+1-0.efi");

  EXPECT_EQ(Count("debian+3.conf"), "debian+2-1.conf");
  EXPECT_EQ(Count("debian+2-1.conf"), "debian+1-2.conf");
  EXPECT_EQ(Count("debian+1-2.conf"), "debian+0-3.conf");
  EXPECT_EQ(Count("a+b+10-9.CONF"), "a+b+9-10.CONF");
  EXPECT_EQ(Count("uki+1-0.efi", ".efi"), "uki+0-1.efi");
}

TEST_F(CountBootAttemptTest, LeavesNamesThatCountNothing) {
  for (const std::string_view name :
       {"debian.conf", "debian+0.conf", "debian+0-3.conf", "a-1.conf"}) {
    Add(name);
    EXPECT_EQ(Count(name), name);
  }
}

TEST_F(CountBootAttemptTest, CountersDoNotOverflow) {
  Add("a+99999999999-99999999999.conf");

  EXPECT_EQ(Count("a+99999999999-99999999999.conf"),
            "a+4294967294-4294967295.conf");
}

TEST_F(CountBootAttemptTest, LeavesTheFileWhereTheNewNameIsTaken) {
  Add("a+2.conf");
  Add("a+1-1.conf");

  EXPECT_THAT(CountBootAttempt(files_, {kDirectory, "a+2.conf", ".conf"}),
              IsError(ErrorCode::kInvalidArgument));
  EXPECT_OK(files_.Open("loader/entries/a+2.conf"));
}

// On FAT the file has the old name or the new one, whenever the power fails.
TEST_F(CountBootAttemptTest, IsAllOrNothingOnADisk) {
  for (const fat::VolumeKind& kind : fat::VolumeKinds()) {
    SCOPED_TRACE(kind.name);
    fat::FatImageBuilder builder(kind.shape);
    builder.AddFile("loader/entries/Debian GNU+Linux+3.conf", "title x\n");
    builder.AddFile("loader/entries/other.conf", "title y\n");
    fat::WritableVolume volume(builder.image(), kind.block_size_bytes);
    std::vector<std::byte> disk(volume.disk().contents().begin(),
                                volume.disk().contents().end());
    auto expected = volume.Check().files;
    const auto before = expected;
    auto entry = expected.extract("loader/entries/Debian GNU+Linux+3.conf");
    entry.key() = "loader/entries/Debian GNU+Linux+2-1.conf";
    expected.insert(std::move(entry));

    ASSERT_OK(CountBootAttempt(
        volume.files(), {kDirectory, "Debian GNU+Linux+3.conf", ".conf"}));

    for (const auto& request : volume.disk().requests()) {
      std::ranges::copy(request.bytes,
                        disk.begin() + static_cast<ptrdiff_t>(request.offset));
      const auto files = fat::CheckVolume(disk).files;
      EXPECT_TRUE(files == before || files == expected);
    }
    EXPECT_EQ(volume.Check().files, expected);
    EXPECT_TRUE(volume.disk().requests().back().bytes.empty()) << "no flush";
  }
}

TEST_F(CountBootAttemptTest, TellsWhatItCannotDo) {
  EXPECT_THAT(CountBootAttempt(files_, {kDirectory, "a+2.conf", ".conf"}),
              IsError(ErrorCode::kNotFound));
  EXPECT_THAT(CountBootAttempt(files_, {kDirectory, "a+2", ".conf"}),
              IsError(ErrorCode::kInvalidArgument));
  volume::FakeFileSystem read_only;
  EXPECT_THAT(CountBootAttempt(read_only, {kDirectory, "a+2.conf", ".conf"}),
              IsError(ErrorCode::kReadOnly));
}

}  // namespace
}  // namespace flint::bls
