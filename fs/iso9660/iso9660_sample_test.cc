// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fs/iso9660/iso9660_volume.h"
#include "fs/iso9660/mounted_iso.h"
#include "fs/volume/file_system.h"
#include "fs/volume/sparse_image.h"
#include "gtest/gtest.h"
#include "testing/result_matchers.h"

// Volumes that xorriso made; see testdata/make_samples.sh.

namespace flint::iso9660 {
namespace {

using ::flint::testing::IsError;
using ::flint::testing::IsOk;
using volume::File;

std::vector<std::byte> Load(std::string_view name) {
  return volume::LoadSparseImage("fs/iso9660/testdata/" + std::string(name) +
                                 ".sparse");
}

/// What `seq 100000 | head -c 5000` says.
std::string Numbers() {
  std::string numbers;
  for (int i = 1; numbers.size() < 5000; ++i) {
    numbers += std::to_string(i) + "\n";
  }
  return numbers.substr(0, 5000);
}

/// On disks of each size of blocks.
class Iso9660SampleTest : public ::testing::TestWithParam<uint32_t> {
 protected:
  static MountedIso Mount(std::string_view name) {
    return MountedIso(Load(name), GetParam());
  }
};

TEST_P(Iso9660SampleTest, HasTheNamesOfRockRidge) {
  MountedIso iso = Mount("rock_ridge");
  ASSERT_THAT(iso.result(), IsOk());

  EXPECT_EQ(iso->naming(), Naming::kRockRidge);
  ASSERT_OK_AND_ASSIGN(const auto names, iso.List("/"));
  // In the order of their plain names; neither the symbolic link nor the place
  // where relocated directories are.
  EXPECT_EQ(names,
            (std::vector<std::string>{"1/",
                                      "boot/",
                                      "EFI/",
                                      "empty",
                                      "Größe Ωμέγα.conf",
                                      "Many/",
                                      std::string(250, 'x')}));
  ASSERT_OK_AND_ASSIGN(const auto many, iso.List("Many"));
  EXPECT_EQ(many.size(), 40u);
}

TEST_P(Iso9660SampleTest, ReadsFiles) {
  MountedIso iso = Mount("rock_ridge");
  ASSERT_THAT(iso.result(), IsOk());

  EXPECT_EQ(iso.Contents("boot/numbers.txt").value_or("?"), Numbers());
  EXPECT_EQ(iso.Contents("\\EFI\\Boot\\bootx64.efi").value_or("?"),
            "program\n");
  EXPECT_EQ(iso.Contents("gRÖßE ωΜΈΓα.CONF").value_or("?"), "umlauts\n");
  EXPECT_EQ(iso.Contents(std::string(250, 'x')).value_or("?"), "long\n");
  EXPECT_EQ(iso.Contents("empty").value_or("?"), "");
  EXPECT_EQ(iso.Contents("Many/File number 17").value_or("?"), "17");
  EXPECT_THAT(iso->Open("link"), IsError(ErrorCode::kNotFound));
}

TEST_P(Iso9660SampleTest, FindsRelocatedDirectoriesWhereTheyBelong) {
  MountedIso iso = Mount("rock_ridge");
  ASSERT_THAT(iso.result(), IsOk());

  EXPECT_EQ(iso.Contents("1/2/3/4/5/6/7/8/9/10/deep.txt").value_or("?"),
            "title Debian\n");
  // And the way back.
  for (const std::string_view path :
       {"1/2/3/4/5/6/7/8/9/10/../../../../../../5/6/7",
        "1/2/3/4/5/6/7/8/..",
        "1/2/3/4/5/6/7"}) {
    ASSERT_OK_AND_ASSIGN(const File directory, iso->Open(path));
    ASSERT_OK_AND_ASSIGN(const File expected, iso->Open("1/2/3/4/5/6/7"));
    EXPECT_TRUE(iso->IsSame(directory, expected)) << path;
  }
  ASSERT_OK_AND_ASSIGN(const File root, iso->Open("1/../.././EFI/.."));
  EXPECT_TRUE(iso->IsSame(root, iso->root()));
}

TEST_P(Iso9660SampleTest, HasTheNamesOfJoliet) {
  MountedIso iso = Mount("joliet");
  ASSERT_THAT(iso.result(), IsOk());

  EXPECT_EQ(iso->naming(), Naming::kJoliet);
  ASSERT_OK_AND_ASSIGN(auto names, iso.List("/"));
  // Joliet has at most 64 units.
  EXPECT_EQ(names,
            (std::vector<std::string>{"1/",
                                      "EFI/",
                                      "Größe Ωμέγα.conf",
                                      "Many/",
                                      "boot/",
                                      "empty",
                                      std::string(64, 'x')}));
  EXPECT_EQ(iso.Contents("GRÖßE ΩΜΈΓΑ.CONF").value_or("?"), "umlauts\n");
  EXPECT_EQ(iso.Contents("boot/numbers.txt").value_or("?"), Numbers());
  ASSERT_OK_AND_ASSIGN(const auto info, iso->Describe());
  EXPECT_EQ(info.label(), "Flint test");
}

TEST_P(Iso9660SampleTest, HasPlainNames) {
  MountedIso iso = Mount("plain");
  ASSERT_THAT(iso.result(), IsOk());

  EXPECT_EQ(iso->naming(), Naming::kPlain);
  ASSERT_OK_AND_ASSIGN(const auto names, iso.List("/boot"));
  EXPECT_EQ(names, (std::vector<std::string>{"GRUB/", "NUMBERS.TXT"}));
  EXPECT_EQ(iso.Contents("boot/grub/grub.cfg").value_or("?"), "title Debian\n");
  EXPECT_EQ(iso.Contents("boot/../empty").value_or("?"), "");
  ASSERT_OK_AND_ASSIGN(const auto info, iso->Describe());
  EXPECT_EQ(info.label(), "FLINT_TEST");
  EXPECT_EQ(info.free_bytes, 0u);
}

INSTANTIATE_TEST_SUITE_P(Blocks,
                         Iso9660SampleTest,
                         ::testing::Values(512, 2048, 4096));

TEST(Iso9660Sample, TellsTimesAndAttributes) {
  MountedIso iso(Load("rock_ridge"));
  ASSERT_THAT(iso.result(), IsOk());
  volume::DirectoryCursor cursor;
  volume::DirectoryEntry entry;

  ASSERT_TRUE(iso->List(iso->root(), cursor, entry).value_or(false));

  EXPECT_EQ(entry.modified.year, 2026);
  EXPECT_EQ(entry.modified.month, 11);
  EXPECT_TRUE(entry.attributes.read_only);
  EXPECT_FALSE(entry.attributes.hidden);
  EXPECT_EQ(iso->writer(), nullptr);
}

TEST(Iso9660Sample, TakesFewRequests) {
  MountedIso iso(Load("rock_ridge"));
  ASSERT_THAT(iso.result(), IsOk());

  ASSERT_THAT(iso->Open("boot/grub/grub.cfg"), IsOk());
  ASSERT_THAT(iso->Open("EFI/BOOT/BOOTX64.EFI"), IsOk());

  // Descriptors, directories, and what Rock Ridge keeps apart from them.
  EXPECT_LE(iso.disk().reads().size(), 6u);
}

// A disk that ends too early costs what lies behind its end, and nothing else.
TEST(Iso9660Sample, MayBeTruncatedAnywhere) {
  const std::vector<std::byte> image = Load("rock_ridge");
  // Before the descriptors, and behind the last directory and the first file.
  for (size_t sectors = 15; sectors < 110; ++sectors) {
    MountedIso iso({image.begin(), image.begin() + ptrdiff_t(sectors * 2048)});
    if (!iso.result()) continue;
    const auto contents = iso.Contents("1/2/3/4/5/6/7/8/9/10/deep.txt");
    if (contents) {
      EXPECT_EQ(*contents, "title Debian\n");
    } else {
      EXPECT_THAT(contents, IsError(ErrorCode::kCorrupt));
    }
  }
}

}  // namespace
}  // namespace flint::iso9660
