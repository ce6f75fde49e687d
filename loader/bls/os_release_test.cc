// SPDX-License-Identifier: Apache-2.0
#include "loader/bls/os_release.h"

#include <string>

#include "gtest/gtest.h"

namespace flint::bls {
namespace {

TEST(OsRelease, ReadsDebians) {
  std::string text =
      "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n"
      "NAME=\"Debian GNU/Linux\"\n"
      "VERSION_ID=\"12\"\n"
      "VERSION=\"12 (bookworm)\"\n"
      "VERSION_CODENAME=bookworm\n"
      "ID=debian\n"
      "HOME_URL=\"https://www.debian.org/\"\n";

  const OsRelease release = ParseOsRelease(text);

  EXPECT_EQ(release.title(), "Debian GNU/Linux 12 (bookworm)");
  EXPECT_EQ(release.sort_key(), "debian");
  EXPECT_EQ(release.best_version(), "12 (bookworm)");
  EXPECT_EQ(release.version_id, "12");
  EXPECT_EQ(release.name, "Debian GNU/Linux");
}

TEST(OsRelease, PrefersWhatSaysMost) {
  std::string text =
      "ID=i\nBUILD_ID=b\nNAME=n\nVERSION_ID=v\nIMAGE_ID=image\n"
      "IMAGE_VERSION=7\n";

  const OsRelease release = ParseOsRelease(text);

  EXPECT_EQ(release.title(), "image");
  EXPECT_EQ(release.sort_key(), "image");
  EXPECT_EQ(release.best_version(), "7");
}

TEST(OsRelease, FallsBackToWhatThereIs) {
  std::string text = "ID=i\nBUILD_ID=b\n";

  const OsRelease release = ParseOsRelease(text);

  EXPECT_EQ(release.title(), "i");
  EXPECT_EQ(release.sort_key(), "i");
  EXPECT_EQ(release.best_version(), "b");
}

TEST(OsRelease, UnquotesAsAShellDoes) {
  std::string text =
      "ID='a \\b'\r\n"
      "NAME=\"say \\\"hi\\\" \\$x\"\n"
      "  VERSION_ID = 1\\2 \n"
      "VERSION=a'b'\"c\"\n"
      "BUILD_ID=\"open\n"
      "IMAGE_ID=end\\\n"
      "PRETTY_NAME=''";

  const OsRelease release = ParseOsRelease(text);

  EXPECT_EQ(release.id, "a \\b");
  EXPECT_EQ(release.name, "say \"hi\" $x");
  EXPECT_EQ(release.version_id, "12");
  EXPECT_EQ(release.version, "abc");
  EXPECT_EQ(release.build_id, "open");
  EXPECT_EQ(release.image_id, "end\\");
  EXPECT_EQ(release.pretty_name, "");
}

TEST(OsRelease, IgnoresWhatMakesNoSense) {
  std::string text = "ID\n=x\n# ID=comment\nID_LIKE=y\n\n=\nNAME=\nNAME=n";

  const OsRelease release = ParseOsRelease(text);

  EXPECT_EQ(release.id, "");
  EXPECT_EQ(release.title(), "n");
  EXPECT_EQ(release.best_version(), "");
}

}  // namespace
}  // namespace flint::bls
