// SPDX-License-Identifier: Apache-2.0
#include "boot/info/zero_page.h"

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <vector>

#include "platforms/base/bytes.h"
#include "platforms/base/endian.h"
#include "platforms/base/fake_guest_memory.h"
#include "testing/result_matchers.h"

namespace flint::boot {
namespace {

using memory::E820Entry;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::IsError;
using ::testing::SizeIs;

// As crosvm lays things out.
constexpr uint64_t kZeroPage = 0x7000;
constexpr uint64_t kCommandLine = 0x2'0000;
constexpr uint64_t kSetupData = 0x3'0000;
constexpr uint32_t kHeaderMagic = 0x53726448;

struct TableEntry {
  Le64 address;
  Le64 size_bytes;
  Le32 type;
};

struct SetupDataHeader {
  Le64 next;
  Le32 type;
  Le32 size_bytes;
};

class ZeroPageTest : public ::testing::Test {
 protected:
  ZeroPageTest() {
    std::ranges::fill(page_, std::byte{0});
    Put(0x1E8, std::array<uint8_t, 1>{2});
    Put(0x1FE, Le16(0xAA55));
    Put(0x202, Le32(kHeaderMagic));
    Put(0x228, Le32(uint32_t{kCommandLine}));
    Put(0x2D0, TableEntry{0, 0xA'0000, 1});
    Put(0x2D0 + 20, TableEntry{0x10'0000, 0xCFF0'0000, 1});
    std::ranges::copy(AsBytes("panic=-1"), command_line_.begin());
    command_line_[8] = std::byte{0};
  }

  template <WireType T>
  void Put(uint64_t offset, const T& value) {
    ASSERT_OK(WriteWire(page_, offset, value));
  }
  template <WireType T>
  void PutSetupData(uint64_t offset, const T& value) {
    ASSERT_OK(WriteWire(setup_data_, offset, value));
  }

  Status Read(uint64_t address = kZeroPage) {
    info_ = std::make_unique<BootInfo>();
    return ReadZeroPage(memory_, address, *info_);
  }

  FakeGuestMemory memory_;
  MutableBytes page_ = memory_.AddRegion(kZeroPage, 0x1000);
  MutableBytes command_line_ = memory_.AddRegion(kCommandLine, 0x1000);
  MutableBytes setup_data_ = memory_.AddRegion(kSetupData, 0x1000);
  std::unique_ptr<BootInfo> info_;
};

TEST_F(ZeroPageTest, CopiesAllThatTheVmmSays) {
  Put(0x70, Le64(0xE'0000));
  Put(0x218, Le32(0x1000'0000));
  Put(0x21C, Le32(0x12345));
  const MutableBytes bios_data = memory_.AddRegion(0x400, 0x100);
  ASSERT_OK(WriteWire(bios_data, 0x0E, Le16(0xA000)));

  ASSERT_OK(Read());
  std::ranges::fill(page_, std::byte{0xFF});
  std::ranges::fill(command_line_, std::byte{0xFF});

  EXPECT_EQ(info_->door(), DoorKind::kLinux64);
  EXPECT_EQ(info_->command_line(), "panic=-1");
  EXPECT_EQ(info_->rsdp_address(), 0xE'0000u);
  EXPECT_EQ(info_->bios_data_address(), 0xA'0000u);
  EXPECT_THAT(info_->memory(),
              ElementsAre(E820Entry{0, 0xA'0000, 1},
                          E820Entry{0x10'0000, 0xCFF0'0000, 1}));
  ASSERT_THAT(info_->modules(), SizeIs(1));
  EXPECT_EQ(info_->modules()[0].address, 0x1000'0000u);
  EXPECT_EQ(info_->modules()[0].size_bytes, 0x12345u);
}

TEST_F(ZeroPageTest, NeedsNoBiosDataArea) {
  ASSERT_OK(Read());

  EXPECT_EQ(info_->bios_data_address(), 0u);
}

TEST_F(ZeroPageTest, ReadsAddressesAbove4GiB) {
  const MutableBytes text = memory_.AddRegion(0x5'0000'1000, 0x1000);
  std::ranges::copy(AsBytes(std::string_view("high\0", 5)), text.begin());
  Put(0xC0, Le32(0x2));
  Put(0xC4, Le32(0x1));
  Put(0xC8, Le32(0x5));
  Put(0x218, Le32(0x1000));
  Put(0x21C, Le32(0x34));
  Put(0x228, Le32(0x1000));

  ASSERT_OK(Read());

  EXPECT_EQ(info_->command_line(), "high");
  ASSERT_THAT(info_->modules(), SizeIs(1));
  EXPECT_EQ(info_->modules()[0].address, 0x2'0000'1000u);
  EXPECT_EQ(info_->modules()[0].size_bytes, 0x1'0000'0034u);
}

TEST_F(ZeroPageTest, NeedsNeitherInitrdNorCommandLine) {
  Put(0x218, Le32(0x1000'0000));
  Put(0x228, Le32(0));

  ASSERT_OK(Read());

  EXPECT_THAT(info_->modules(), IsEmpty());
  EXPECT_EQ(info_->dropped_module_count(), 0u);
  EXPECT_EQ(info_->command_line(), "");
}

TEST_F(ZeroPageTest, RefusesAWrongHeader) {
  Put(0x1FE, Le16(0x55AA));
  EXPECT_THAT(Read(), IsError(ErrorCode::kCorrupt));

  Put(0x1FE, Le16(0xAA55));
  Put(0x202, Le32(kHeaderMagic + 1));
  EXPECT_THAT(Read(), IsError(ErrorCode::kCorrupt));
}

TEST_F(ZeroPageTest, RefusesMoreEntriesThanTheTableHas) {
  Put(0x1E8, std::array<uint8_t, 1>{128});
  ASSERT_OK(Read());
  EXPECT_THAT(info_->memory(), SizeIs(128));

  Put(0x1E8, std::array<uint8_t, 1>{129});
  EXPECT_THAT(Read(), IsError(ErrorCode::kCorrupt));
}

TEST_F(ZeroPageTest, RefusesAPageOutsideMemory) {
  EXPECT_THAT(Read(0), IsError(ErrorCode::kOutOfRange));
  EXPECT_THAT(Read(UINT64_MAX), IsError(ErrorCode::kOutOfRange));
  for (uint64_t size = 0; size < 0xCD0; ++size) {
    EXPECT_THAT(Read(kZeroPage + 0x1000 - size),
                IsError(ErrorCode::kOutOfRange));
  }
}

TEST_F(ZeroPageTest, FollowsE820ExtensionsAmongOtherSetupData) {
  Put(0x250, Le64(kSetupData));
  PutSetupData(0, SetupDataHeader{kSetupData + 0x100, 9, 0xFFFF'FFFF});
  PutSetupData(0x100, SetupDataHeader{kSetupData + 0x200, 1, 2 * 20 + 3});
  PutSetupData(0x110, TableEntry{0x1'0000'0000, 0x1000, 1});
  PutSetupData(0x124, TableEntry{0x2'0000'0000, 0x2000, 2});
  PutSetupData(0x200, SetupDataHeader{0, 1, 20});
  PutSetupData(0x210, TableEntry{0x3'0000'0000, 0x3000, 4});

  ASSERT_OK(Read());

  EXPECT_THAT(info_->memory().subspan(2),
              ElementsAre(E820Entry{0x1'0000'0000, 0x1000, 1},
                          E820Entry{0x2'0000'0000, 0x2000, 2},
                          E820Entry{0x3'0000'0000, 0x3000, 4}));
}

TEST_F(ZeroPageTest, NotesWhereTheDeviceTreeIs) {
  ASSERT_OK(Read());
  EXPECT_EQ(info_->device_tree().size_bytes, 0u);

  Put(0x250, Le64(kSetupData));
  PutSetupData(0, SetupDataHeader{kSetupData + 0x100, 9, 0});
  PutSetupData(0x100, SetupDataHeader{0, 2, 0x345});
  ASSERT_OK(Read());

  EXPECT_EQ(info_->device_tree().address, kSetupData + 0x110);
  EXPECT_EQ(info_->device_tree().size_bytes, 0x345u);
}

TEST_F(ZeroPageTest, RefusesSetupDataThatCannotBeReadToItsEnd) {
  // A loop.
  Put(0x250, Le64(kSetupData));
  PutSetupData(0, SetupDataHeader{kSetupData, 0, 0});
  EXPECT_THAT(Read(), IsError(ErrorCode::kCorrupt));

  // A loop of extensions, which fills the table.
  PutSetupData(0, SetupDataHeader{kSetupData, 1, 0x800});
  EXPECT_THAT(Read(), IsError(ErrorCode::kCorrupt));

  // An extension beyond memory.
  PutSetupData(0, SetupDataHeader{0, 1, 205 * 20});
  EXPECT_THAT(Read(), IsError(ErrorCode::kOutOfRange));

  // A node beyond memory.
  PutSetupData(0, SetupDataHeader{kSetupData + 0x1000 - 15, 0, 0});
  EXPECT_THAT(Read(), IsError(ErrorCode::kOutOfRange));
  PutSetupData(0, SetupDataHeader{UINT64_MAX - 3, 0, 0});
  EXPECT_THAT(Read(), IsError(ErrorCode::kOutOfRange));
}

TEST_F(ZeroPageTest, DropsAnInitrdThatWraps) {
  Put(0xC0, Le32(0xFFFF'FFFF));
  Put(0x218, Le32(0xFFFF'FFFF));
  Put(0x21C, Le32(2));

  ASSERT_OK(Read());

  EXPECT_THAT(info_->modules(), IsEmpty());
  EXPECT_EQ(info_->dropped_module_count(), 1u);
}

}  // namespace
}  // namespace flint::boot
