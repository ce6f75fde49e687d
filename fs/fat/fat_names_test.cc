// SPDX-License-Identifier: Apache-2.0
// The names that new files get.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "fs/fat/fat_checker.h"
#include "fs/fat/fat_image_builder.h"
#include "fs/fat/fat_write_fixture.h"
#include "fs/fat/mounted_volume.h"
#include "fs/fat/writable_volume.h"
#include "gtest/gtest.h"
#include "testing/result_matchers.h"

namespace flint::fat {
namespace {

using ::flint::testing::IsError;
using ::flint::testing::IsOkAndHolds;

using FatNamesTest = FatWriteTest;

TEST_F(FatNamesTest, KeepsSimpleNamesInOneRecord) {
  ASSERT_OK(volume_.Create("vmlinuz.old"));
  ASSERT_OK(volume_.Create("README"));

  EXPECT_EQ(RecordOf("VMLINUZ OLD").case_flags,
            DirectoryRecord::kBaseIsLowerCase |
                DirectoryRecord::kExtensionIsLowerCase);
  EXPECT_EQ(RecordOf("README     ").case_flags, 0);
  EXPECT_TRUE(volume_.Check().files.contains("vmlinuz.old"));
  ExpectGood();
}

TEST_F(FatNamesTest, NumbersShortNamesOfLongOnes) {
  const std::set<std::string> names{"Debian entry 1.conf",
                                    "Debian entry 2.conf",
                                    ".profile",
                                    "Grüße.txt",
                                    "a+b",
                                    "two.dots.efi",
                                    "Mixed.Txt",
                                    "日本語"};
  for (const std::string& name : names) ASSERT_OK(volume_.Create(name));

  RecordOf("DEBIAN~1CON");
  RecordOf("DEBIAN~2CON");
  RecordOf("PROFIL~1   ");
  RecordOf("GR__E~1 TXT");
  RecordOf("A_B~1      ");
  RecordOf("TWODOT~1EFI");
  RecordOf("MIXED   TXT");
  RecordOf("___~1      ");
  for (const std::string& name : names) {
    EXPECT_TRUE(volume_.Check().files.contains(name)) << name;
  }
  ExpectGood();
}

TEST_F(FatNamesTest, FindsShortNamesForManyLikeNames) {
  for (int i = 0; i < 60; ++i) {
    ASSERT_OK(volume_.Create("dir/initrd.img-6.1.0-" + std::to_string(i)));
  }

  EXPECT_EQ(volume_.Check().files.size(), 63u);
  ExpectGood();
}

TEST_F(FatNamesTest, ShortNamesAvoidLongNamesOfOthers) {
  ASSERT_OK(volume_.Create("LONGNA~1"));
  ASSERT_OK(volume_.Create("Long name"));

  RecordOf("LONGNA~2   ");
  ExpectGood();
}

TEST_F(FatNamesTest, RefusesNamesThatAreTaken) {
  EXPECT_THAT(volume_.Create("A.TXT"), IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(volume_.Create("DIR"), IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(volume_.Create("dir/a LONG name.TXT"),
              IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(volume_.Create("dir/made~003"),
              IsError(ErrorCode::kInvalidArgument));
  EXPECT_TRUE(volume_.disk().requests().empty());
}

TEST_F(FatNamesTest, RefusesWhatIsNoName) {
  const volume::File root = volume_.files().root();
  const std::vector<std::string> names{"",
                                       ".",
                                       "..",
                                       " ",
                                       "a/b",
                                       "a\\b",
                                       "a:b",
                                       "a*",
                                       "a?",
                                       "\"a\"",
                                       "a<b",
                                       "a|b",
                                       "a\n",
                                       "\x7f",
                                       "\xff",
                                       std::string("a\0b", 3),
                                       std::string(256, 'a')};
  for (const std::string& name : names) {
    EXPECT_THAT(volume_.writer().Create(root, name, false, {}),
                IsError(ErrorCode::kInvalidArgument))
        << name;
  }
  EXPECT_OK(volume_.writer().Create(root, std::string(255, 'a'), false, {}));
  EXPECT_OK(volume_.writer().Create(root, "dropped. .", false, {}));
  EXPECT_TRUE(volume_.Check().files.contains("dropped"));
  ExpectGood();
}

}  // namespace
}  // namespace flint::fat
