// SPDX-License-Identifier: Apache-2.0
//
// Checks what the rules of this folder made with the tools of others.
#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "testing/images/host_tool.h"

namespace flint::images {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr size_t kMib = 1 << 20;

/// Relative to where Bazel starts a test: mtools has a limit on paths.
std::string Image(std::string_view name) {
  return absl::StrCat("testing/images/", name);
}

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file) << path;
  std::ostringstream contents;
  contents << file.rdbuf();
  return std::move(contents).str();
}

/// The file's contents in the file system `image`, or in one that begins at
/// an offset ("disk.img@@1M").
std::string ReadFromFat(const std::string& image, std::string_view path) {
  return RunTool("mcopy", absl::StrCat("-n -i ", image, " '::/", path, "' -"))
      .output;
}

class FatFileSystem : public ::testing::TestWithParam<const char*> {
 protected:
  std::string image() const {
    return Image(absl::StrCat("sample_", GetParam(), ".fat"));
  }
};

INSTANTIATE_TEST_SUITE_P(
    ,
    FatFileSystem,
    ::testing::Values("fat12", "fat16", "fat32", "fat16_4096"),
    [](const auto& name) { return name.param; });

TEST_P(FatFileSystem, IsClean) {
  const Outcome check = RunTool("fsck.fat", absl::StrCat("-n -v ", image()));

  EXPECT_EQ(check.status, 0) << check.output;
}

TEST_P(FatFileSystem, HoldsTheFilesUnderTheirLongNames) {
  EXPECT_EQ(ReadFromFat(image(), "loader/entries/A rather long name.conf"),
            ReadFile(Image("sample.txt")));
  EXPECT_EQ(ReadFromFat(image(), "random"), ReadFile(Image("sample_random")));
}

TEST(FatFileSystemType, IsAsAsked) {
  for (const auto& [name, type] :
       {std::pair{"fat12", "FAT12"}, {"fat16", "FAT16"}, {"fat32", "FAT32"}}) {
    const std::string bytes =
        ReadFile(Image(absl::StrCat("sample_", name, ".fat")));
    EXPECT_THAT(bytes.substr(0, 512), HasSubstr(type));
  }
}

TEST(FatFileSystemSectors, AreAsLargeAsAsked) {
  const std::string bytes = ReadFile(Image("sample_fat16_4096.fat"));

  EXPECT_EQ(bytes.substr(11, 2), std::string("\x00\x10", 2));
}

TEST(FatFileSystemBytes, AreTheSameEachTime) {
  EXPECT_EQ(ReadFile(Image("sample_fat16.fat")),
            ReadFile(Image("sample_fat16_again.fat")));
}

TEST(FragmentedFile, LiesInAsManyPiecesAsAsked) {
  const std::string image = Image("sample_fragmented.fat");

  const Outcome clusters =
      RunTool("mshowfat", absl::StrCat("-i ", image, " ::/large"));
  // The holes, and what did not fit into them.
  EXPECT_EQ(std::ranges::count(clusters.output, '<'), 4) << clusters.output;
  EXPECT_TRUE(ReadFromFat(image, "large") == ReadFile(Image("sample_large")));
}

TEST(LoopedFatChain, IsSeenByAnotherChecker) {
  for (const std::string_view name : {"fat12", "fat16", "fat32"}) {
    const Outcome check = RunTool(
        "fsck.fat",
        absl::StrCat("-n ", Image(absl::StrCat("looped_", name)), ".fat"));

    EXPECT_NE(check.status, 0);
    EXPECT_THAT(
        check.output,
        AllOf(HasSubstr("/RANDOM"), HasSubstr("Circular cluster chain")));
  }
}

TEST(GptDisk, IsValid) {
  const Outcome check =
      RunTool("sgdisk", absl::StrCat("--verify ", Image("sample_gpt.img")));

  EXPECT_EQ(check.status, 0);
  EXPECT_THAT(check.output, HasSubstr("No problems found"));
  EXPECT_THAT(check.output, Not(HasSubstr("Warning")));
}

TEST(GptDisk, HasThePartitionsAsked) {
  const Outcome first =
      RunTool("sgdisk", absl::StrCat("--info=1 ", Image("sample_gpt.img")));
  EXPECT_THAT(first.output, HasSubstr("(EFI system partition)"));
  EXPECT_THAT(first.output, HasSubstr("F11E7000-0000-4000-8000-000000000001"));
  EXPECT_THAT(first.output, HasSubstr("First sector: 2048"));
  EXPECT_THAT(first.output, HasSubstr("Partition name: 'esp'"));

  const Outcome second =
      RunTool("sgdisk", absl::StrCat("--info=2 ", Image("sample_gpt.img")));
  EXPECT_THAT(second.output, HasSubstr("Partition name: 'the rest'"));
  EXPECT_THAT(second.output, HasSubstr("Partition size: 4096 sectors"));
}

TEST(GptDisk, HoldsItsContents) {
  EXPECT_EQ(
      ReadFromFat(absl::StrCat(Image("sample_gpt.img"), "@@1M"), "random"),
      ReadFile(Image("sample_random")));
}

TEST(GptDisk, IsWrittenForLargeSectors) {
  const std::string disk = Image("sample_gpt_4096.img");

  EXPECT_EQ(ReadFile(disk).substr(4096, 8), "EFI PART");
  const Outcome list =
      RunTool("fdisk", absl::StrCat("--list --sector-size 4096 ", disk));
  EXPECT_THAT(list.output, HasSubstr("Disklabel type: gpt"));
  EXPECT_THAT(list.output, ContainsRegex("img1 +256 .*EFI System"));
  EXPECT_EQ(ReadFromFat(absl::StrCat(disk, "@@1M"), "random"),
            ReadFile(Image("sample_random")));
}

TEST(MbrDisk, HasThePartitionsAsked) {
  const Outcome list =
      RunTool("fdisk", absl::StrCat("--list ", Image("sample_mbr.img")));

  EXPECT_THAT(list.output, HasSubstr("Disklabel type: dos"));
  EXPECT_THAT(list.output, ContainsRegex("img1 +2048 .*ef EFI"));
}

TEST(PatchedFile, DiffersOnlyWhereAsked) {
  std::string expected = ReadFile(Image("sample_gpt.img"));
  expected.replace(512, 92, std::string(92, '\xff'));
  expected.resize(3 * kMib);

  EXPECT_TRUE(ReadFile(Image("sample_patched")) == expected);
}

TEST(Ext4FileSystem, IsClean) {
  const Outcome check =
      RunTool("e2fsck", absl::StrCat("-n -f ", Image("sample_ext4.ext4")));

  EXPECT_EQ(check.status, 0) << check.output;
}

TEST(Ext4FileSystem, HoldsFilesOfRoot) {
  const std::string image = Image("sample_ext4.ext4");
  const auto ask = [&](std::string_view question) {
    // It says its version on standard error, which RunTool would collect.
    return RunTool("debugfs",
                   absl::StrCat(
                       "-R '", question, "' ", image, " 2>/dev/null | cat"))
        .output;
  };

  EXPECT_EQ(ask("cat \"/loader/entries/A rather long name.conf\""),
            ReadFile(Image("sample.txt")));
  EXPECT_THAT(ask("stat /random"),
              AllOf(HasSubstr("User:     0   Group:     0"),
                    HasSubstr("Mode:  0644"),
                    HasSubstr("mtime: 0x65920080")));
  EXPECT_THAT(ask("stat /link"), HasSubstr("Fast link dest: \"random\""));
}

TEST(Ext4FileSystem, IsTheSameEachTime) {
  EXPECT_TRUE(ReadFile(Image("sample_ext4.ext4")) ==
              ReadFile(Image("sample_ext4_again.ext4")));
}

TEST(IsoImage, LeadsToItsBootImage) {
  for (const std::string_view name : {"sample_iso.iso", "sample_iso_gpt.iso"}) {
    const std::string catalog =
        RunTool(
            "xorriso",
            absl::StrCat("-indev ", Image(name), " -report_el_torito plain"))
            .output;

    EXPECT_THAT(catalog, HasSubstr("UEFI  y   none")) << name;
  }
  EXPECT_THAT(
      RunTool("sgdisk", absl::StrCat("-i 2 ", Image("sample_iso_gpt.iso")))
          .output,
      HasSubstr("EFI system partition"));
}

TEST(IsoImage, HoldsItsFiles) {
  const std::string list =
      RunTool("xorriso",
              absl::StrCat(
                  "-indev ", Image("sample_iso.iso"), " -find / -exec lsdl"))
          .output;

  EXPECT_THAT(list, HasSubstr("'/loader/entries/A rather long name.conf'"));
  EXPECT_THAT(list, ContainsRegex("-r--r--r-- +1 0 +0 +1048576 .*'/random'"));
}

TEST(IsoImage, IsTheSameEachTime) {
  EXPECT_TRUE(ReadFile(Image("sample_iso.iso")) ==
              ReadFile(Image("sample_iso_again.iso")));
}

TEST(UnifiedKernelImage, HasItsSections) {
  const std::string bytes = ReadFile(Image("sample_unified.efi"));

  EXPECT_THAT(bytes.substr(0, 2), "MZ");
  EXPECT_THAT(bytes.substr(0, 1024),
              AllOf(HasSubstr(".osrel"),
                    HasSubstr(".cmdline"),
                    HasSubstr(".initrd"),
                    HasSubstr(".linux")));
  EXPECT_THAT(bytes, HasSubstr("sample command line"));
}

TEST(Initrd, IsUnpackedByAnotherProgram) {
  const std::string archive = Image("sample_initrd.cpio");

  const Outcome list = RunTool(
      "cpio", absl::StrCat("-itv --quiet --numeric-uid-gid < ", archive));
  EXPECT_THAT(list.output, ContainsRegex("drwxr-xr-x.* 0 +0 .* etc\n"));
  EXPECT_THAT(list.output, ContainsRegex("drwxr-xr-x.* 0 +0 .* proc\n"));
  EXPECT_THAT(list.output, ContainsRegex("-rwxr-xr-x.* 0 +0 .* etc/sample\n"));
  const Outcome file = RunTool(
      "cpio", absl::StrCat("-i --quiet --to-stdout etc/sample < ", archive));
  EXPECT_EQ(file.output, ReadFile(Image("sample.txt")));
}

TEST(Initrd, EndsAsAsked) {
  EXPECT_EQ(ReadFile(Image("sample_initrd.cpio")).size() % 4, 1u);
}

TEST(Initrd, IsCompressed) {
  const Outcome plain = RunTool(
      "zstd", absl::StrCat("-dcfq ", Image("sample_initrd_zst.cpio.zst")));

  EXPECT_EQ(plain.status, 0);
  EXPECT_TRUE(plain.output == ReadFile(Image("sample_initrd.cpio")));
}

TEST(RandomFile, HasItsSize) {
  EXPECT_EQ(ReadFile(Image("sample_random")).size(), kMib);
}

}  // namespace
}  // namespace flint::images
