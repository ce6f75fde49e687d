// SPDX-License-Identifier: Apache-2.0
#include "fs/iso9660/el_torito.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "drivers/block/aligned_buffer.h"
#include "drivers/block/block_window.h"
#include "drivers/block/fake_block_device.h"
#include "fs/iso9660/volume_descriptors.h"
#include "gtest/gtest.h"
#include "platforms/base/bytes.h"
#include "platforms/base/endian.h"
#include "testing/result_matchers.h"

namespace flint::iso9660 {
namespace {

using ::flint::testing::IsError;
using ::flint::testing::IsOk;

constexpr uint32_t kCatalogSector = 3;
constexpr uint8_t kBios = 0;
constexpr uint8_t kUefi = 0xef;

/// A disk with a boot catalogue that is put together entry by entry.
class ElToritoTest : public ::testing::Test {
 protected:
  void Validate(uint8_t platform) {
    std::string entry(32, '\0');
    entry[0] = 1;
    entry[1] = static_cast<char>(platform);
    entry[30] = '\x55';
    entry[31] = '\xaa';
    const uint16_t sum = static_cast<uint16_t>(0xaa55 + 1 + (platform << 8));
    entry[28] = static_cast<char>(-sum);
    entry[29] = static_cast<char>(-sum >> 8);
    catalog_ += entry;
  }

  void AddHeader(uint8_t platform, uint8_t entry_count, bool is_last) {
    std::string entry(32, '\0');
    entry[0] = is_last ? '\x91' : '\x90';
    entry[1] = static_cast<char>(platform);
    entry[2] = static_cast<char>(entry_count);
    catalog_ += entry;
  }

  void AddEntry(uint32_t sector, uint16_t count, uint8_t media = 0) {
    std::string entry(32, '\0');
    entry[0] = '\x88';
    entry[1] = static_cast<char>(media);
    entry[6] = static_cast<char>(count);
    entry[7] = static_cast<char>(count >> 8);
    entry[8] = static_cast<char>(sector);
    entry[9] = static_cast<char>(sector >> 8);
    catalog_ += entry;
  }

  void AddExtension() { catalog_ += '\x44' + std::string(31, 'x'); }

  Result<BootImageList> Read(uint32_t sector = kCatalogSector) {
    std::vector<std::byte> contents(size_t{8} * 2048);
    const Bytes bytes = AsBytes(std::string_view(catalog_));
    std::ranges::copy(bytes, contents.begin() + kCatalogSector * 2048);
    block::FakeBlockDevice disk(contents);
    block::AlignedBuffer memory(4096);
    block::BlockWindow window({&disk, 0, disk.geometry().block_count},
                              memory.bytes());
    return ReadBootCatalog(window, sector);
  }

  std::string catalog_;
};

TEST_F(ElToritoTest, TakesTheInitialEntry) {
  Validate(kUefi);
  AddEntry(100, 2880);

  ASSERT_OK_AND_ASSIGN(const BootImageList list, Read());

  ASSERT_EQ(list.images().size(), 1u);
  EXPECT_EQ(list.images()[0].boot_entry, 0u);
  EXPECT_EQ(list.images()[0].offset, 100u * 2048);
  EXPECT_EQ(list.images()[0].stated_bytes, 2880u * 512);
}

TEST_F(ElToritoTest, FindsTheSectionForUefi) {
  Validate(kBios);
  AddEntry(50, 4);
  AddHeader(kBios, 2, false);
  AddEntry(60, 4);
  AddEntry(70, 4);
  AddExtension();
  AddHeader(kUefi, 2, true);
  AddEntry(100, 0);
  AddExtension();
  AddExtension();
  AddEntry(200, 65535);
  AddEntry(300, 8);  // behind the end

  ASSERT_OK_AND_ASSIGN(const BootImageList list, Read());

  ASSERT_EQ(list.images().size(), 2u);
  EXPECT_EQ(list.images()[0].boot_entry, 3u);
  EXPECT_EQ(list.images()[0].offset, 100u * 2048);
  EXPECT_EQ(list.images()[1].boot_entry, 4u);
  EXPECT_EQ(list.images()[1].stated_bytes, 65535u * 512);
}

TEST_F(ElToritoTest, DoesNotBelieveCountsOfZeroAndOne) {
  Validate(kUefi);
  AddEntry(100, 0);
  AddHeader(kUefi, 1, true);
  AddEntry(200, 1);

  ASSERT_OK_AND_ASSIGN(const BootImageList list, Read());

  ASSERT_EQ(list.images().size(), 2u);
  EXPECT_EQ(list.images()[0].stated_bytes, 0u);
  EXPECT_EQ(list.images()[1].stated_bytes, 0u);
}

TEST_F(ElToritoTest, LeavesOutWhatIsNotForUefi) {
  Validate(kUefi);
  AddEntry(100, 2880, /*media=*/2);  // a floppy
  AddHeader(kUefi, 1, true);
  AddEntry(200, 4);
  catalog_[64 + 32] = 0;  // not bootable

  ASSERT_OK_AND_ASSIGN(const BootImageList list, Read());

  EXPECT_TRUE(list.images().empty());
}

TEST_F(ElToritoTest, BoundsTheCatalogue) {
  Validate(kUefi);
  AddEntry(100, 4);
  AddHeader(kUefi, 255, true);
  for (uint16_t i = 0; i < 100; ++i) AddEntry(i, 4);

  ASSERT_OK_AND_ASSIGN(const BootImageList list, Read());

  EXPECT_EQ(list.images().size(), BootImageList::kMaxImages);
}

TEST_F(ElToritoTest, RefusesABrokenStart) {
  Validate(kUefi);
  AddEntry(100, 4);
  ASSERT_THAT(Read(), IsOk());
  for (const size_t byte : {0u, 1u, 4u, 28u, 30u, 31u}) {
    catalog_[byte] = static_cast<char>(catalog_[byte] + 1);
    EXPECT_THAT(Read(), IsError(ErrorCode::kCorrupt)) << byte;
    catalog_[byte] = static_cast<char>(catalog_[byte] - 1);
  }
}

TEST_F(ElToritoTest, RefusesACatalogueBeyondTheVolume) {
  EXPECT_THAT(Read(8), IsError(ErrorCode::kOutOfRange));
  EXPECT_THAT(Read(0xffffffff), IsError(ErrorCode::kOutOfRange));
}

}  // namespace
}  // namespace flint::iso9660
