// SPDX-License-Identifier: Apache-2.0
#include "testing/images/newc_archive.h"

#include <string>
#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace flint::images {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(NewcArchive, WritesAFile) {
  NewcArchive archive;
  archive.AddFile("init", 0755, "hello");

  const std::string bytes = std::move(archive).Finish();

  EXPECT_THAT(bytes,
              StartsWith("070701"
                         "00000001"  // inode
                         "000081ED"  // mode: regular, 0755
                         "00000000"  // user
                         "00000000"  // group
                         "00000001"  // links
                         "65920080"  // 2024-01-01
                         "00000005"  // size
                         "0000000000000000"
                         "0000000000000000"
                         "00000005"  // length of the name with its NUL
                         "00000000"
                         "init"));
  // Name and contents are each padded to four bytes.
  EXPECT_EQ(bytes.substr(116, 8), std::string("hello\0\0\0", 8));
  EXPECT_EQ(bytes.substr(124, 6), "070701");
}

TEST(NewcArchive, EndsWithTheTrailer) {
  const std::string bytes = NewcArchive().Finish();

  EXPECT_THAT(bytes, HasSubstr(std::string("TRAILER!!!\0", 11)));
  EXPECT_EQ(bytes.size() % 4, 0u);
}

TEST(NewcArchive, IsReproducible) {
  NewcArchive first;
  NewcArchive second;
  for (NewcArchive* archive : {&first, &second}) {
    archive->AddDirectory("bin");
    archive->AddFile("bin/busybox", 0755, "x");
  }

  EXPECT_EQ(std::move(first).Finish(), std::move(second).Finish());
}

}  // namespace
}  // namespace flint::images
