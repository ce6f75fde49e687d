// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/block/aligned_buffer.h"
#include "drivers/block/fake_block_device.h"
#include "fs/fat/boot_sector.h"
#include "fs/fat/fat_volume.h"
#include "fs/volume/file_system.h"
#include "fs/volume/sparse_image.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platforms/base/bytes.h"
#include "testing/result_matchers.h"

// Volumes that mkfs.fat and mtools made; see testdata/make_samples.sh.

namespace flint::fat {
namespace {

using ::flint::testing::IsOk;
using ::flint::testing::IsOkAndHolds;
using ::testing::ElementsAre;
using ::testing::StartsWith;
using volume::File;

struct Sample {
  std::string path;
  FatType type;
};

class FatSampleTest : public ::testing::TestWithParam<Sample> {
 protected:
  FatSampleTest()
      : disk_(volume::LoadSparseImage(GetParam().path)),
        scratch_(FatVolume::MinScratchBytes(512)),
        volume_(FatVolume::Create({&disk_, 0, disk_.geometry().block_count},
                                  scratch_.bytes())) {}

  Result<std::string> Contents(std::string_view path) {
    const File file = TRY(volume_->Open(path));
    std::vector<std::byte> contents(file.size_bytes);
    TRY(volume_->Read(file, 0, contents));
    return std::string(AsText(contents));
  }

  block::FakeBlockDevice disk_;
  block::AlignedBuffer scratch_;
  Result<FatVolume> volume_;
};

TEST_P(FatSampleTest, HasTheTypeItWasMadeWith) {
  ASSERT_THAT(volume_, IsOk());

  EXPECT_EQ(volume_->layout().type, GetParam().type);
}

TEST_P(FatSampleTest, ListsItsRoot) {
  ASSERT_THAT(volume_, IsOk());
  std::vector<std::string> names;
  volume::DirectoryCursor cursor;
  volume::DirectoryEntry entry;

  while (true) {
    ASSERT_OK_AND_ASSIGN(const bool found,
                         volume_->List(volume_->root(), cursor, entry));
    if (!found) break;
    names.emplace_back(entry.name());
    EXPECT_GE(entry.modified.year, 2026) << entry.name();
  }

  // mtools keeps the case of "readme.txt" in the flags of its short name.
  EXPECT_THAT(names,
              ElementsAre("EFI", "loader", "readme.txt", "Größe Ωμέγα.conf"));
}

TEST_P(FatSampleTest, ReadsItsFiles) {
  ASSERT_THAT(volume_, IsOk());
  constexpr std::string_view kEntry = "title Debian\nlinux /vmlinuz\n";

  EXPECT_THAT(Contents("\\EFI\\Boot\\bootx64.efi"),
              IsOkAndHolds(StartsWith("1\n2\n3\n")));
  EXPECT_THAT(Contents("loader/entries/debian-6.1.0-13-cloud-amd64.conf"),
              IsOkAndHolds(kEntry));
  EXPECT_THAT(Contents("GRÖSSE ΩΜΈΓΑ.CONF"), ::testing::Not(IsOk()));
  EXPECT_THAT(Contents("gRÖßE ωΜΈΓα.CONF"), IsOkAndHolds(kEntry));
  EXPECT_THAT(Contents("loader/../README.TXT"), IsOkAndHolds(kEntry));
}

INSTANTIATE_TEST_SUITE_P(
    Samples,
    FatSampleTest,
    ::testing::Values(Sample{"fs/fat/testdata/fat12.sparse", FatType::kFat12},
                      Sample{"fs/fat/testdata/fat16.sparse", FatType::kFat16},
                      Sample{"fs/fat/testdata/fat32.sparse", FatType::kFat32}));

}  // namespace
}  // namespace flint::fat
