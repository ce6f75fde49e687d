// SPDX-License-Identifier: Apache-2.0
#include "drivers/smbios/table_files.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "drivers/smbios/entry_point.h"
#include "drivers/smbios/fake_smbios.h"
#include "gtest/gtest.h"
#include "platforms/base/bytes.h"
#include "platforms/base/fake_guest_memory.h"
#include "testing/result_matchers.h"

namespace flint::smbios {
namespace {

using ::flint::testing::IsError;

constexpr uint64_t kEntry = 0xF5A00;
constexpr uint64_t kTable = 0x7FE'0000;
constexpr uint64_t kHighTable = 0x1'0000'0000;

// Where checksums and addresses are in the two kinds of entry points.
constexpr size_t kChecksum32 = 4;
constexpr size_t kIntermediateChecksum32 = 21;
constexpr size_t kLength32 = 5;
constexpr size_t kAddress32 = 24;
constexpr size_t kChecksum64 = 5;
constexpr size_t kLength64 = 6;
constexpr size_t kAddress64 = 16;

class TableFilesTest : public ::testing::Test {
 protected:
  TableFilesTest() {
    table_.Add(1, "\1", {"maker"}).End();
    std::ranges::fill(area_, std::byte{0});
    std::ranges::fill(room_, std::byte{0});
  }

  /// As QEMU leaves them to the firmware.
  std::string File32() {
    std::string entry = FakeSmbios::EntryPoint32(0, table_.table().size());
    entry[kChecksum32] = entry[kIntermediateChecksum32] = 0;
    return entry;
  }
  std::string File64() {
    std::string entry = FakeSmbios::EntryPoint64(0, table_.table().size());
    entry[kChecksum64] = 0;
    return entry;
  }

  Result<EntryPoint> Place(std::string_view entry,
                           TablePlaces places = {kEntry, kTable}) {
    return PlaceTables(
        {.entry_point = AsBytes(entry), .structures = AsBytes(table_.table())},
        places,
        memory_);
  }

  bool IsUntouched() const {
    const auto is_zero = [](std::byte byte) { return byte == std::byte{0}; };
    return std::ranges::all_of(area_, is_zero) &&
           std::ranges::all_of(room_, is_zero);
  }

  void ExpectRefused(std::string_view entry, ErrorCode code) {
    EXPECT_THAT(Place(entry), IsError(code));
    EXPECT_TRUE(IsUntouched());
  }

  FakeSmbios table_;
  FakeGuestMemory memory_;
  MutableBytes area_ = memory_.AddRegion(0xF0000, 0x10000);
  MutableBytes room_ = memory_.AddRegion(kTable, 0x1000);
  MutableBytes high_room_ = memory_.AddRegion(kHighTable, 0x1000);
};

TEST_F(TableFilesTest, PlacesWhatOperatingSystemsFind) {
  for (const std::string& file : {File32(), File64()}) {
    std::ranges::fill(area_, std::byte{0});
    ASSERT_OK_AND_ASSIGN(const EntryPoint placed, Place(file));

    ASSERT_OK_AND_ASSIGN(const Tables found, Tables::Find(memory_));
    EXPECT_EQ(found.entry_point_64() ? found.entry_point_64()
                                     : found.entry_point_32(),
              placed);
    EXPECT_EQ(placed.address, kEntry);
    EXPECT_EQ(placed.table_address, kTable);
    EXPECT_EQ(AsText(found.structures()), table_.table());
  }
}

TEST_F(TableFilesTest, ReplacesWhateverTheVmmFilledIn) {
  std::string file = File32();
  file[kLength32] = 0x1E;
  file[kAddress32] = file[kChecksum32] = file[kIntermediateChecksum32] = 0x55;
  EXPECT_THAT(Place(file), testing::IsOk());

  file = File64() + "and more";
  file[kLength64] = 0x7F;
  file[kAddress64 + 7] = file[kChecksum64] = 0x55;
  EXPECT_THAT(Place(file), testing::IsOk());
}

TEST_F(TableFilesTest, PlacesStructuresWhereTheirEntryPointReaches) {
  EXPECT_THAT(Place(File64(), {kEntry, kHighTable}), testing::IsOk());

  EXPECT_THAT(Place(File32(), {kEntry, kHighTable}),
              IsError(ErrorCode::kOutOfRange));
}

TEST_F(TableFilesTest, RefusesTruncatedEntryPoints) {
  for (const std::string& file : {File32(), File64()}) {
    for (size_t size = 0; size < file.size(); ++size) {
      EXPECT_FALSE(Place(file.substr(0, size))) << size;
      EXPECT_TRUE(IsUntouched()) << size;
    }
  }
}

TEST_F(TableFilesTest, RefusesWhatIsNoEntryPointOfTheseStructures) {
  ExpectRefused("_XM_ and then some, up to a good length", ErrorCode::kCorrupt);

  std::string file = File32();
  file[16] = 'X';  // _DMI_
  ExpectRefused(file, ErrorCode::kCorrupt);

  const size_t size = table_.table().size();
  ExpectRefused(FakeSmbios::EntryPoint32(0, 0), ErrorCode::kCorrupt);
  ExpectRefused(FakeSmbios::EntryPoint32(0, size + 1), ErrorCode::kCorrupt);
  ExpectRefused(FakeSmbios::EntryPoint64(0, size + 1), ErrorCode::kCorrupt);
  ExpectRefused(FakeSmbios::EntryPoint64(0, kMaxTableSizeBytes + 1),
                ErrorCode::kCorrupt);
}

TEST_F(TableFilesTest, RefusesTooManyStructures) {
  const std::string entry = File64();
  const std::string structures(kMaxTableSizeBytes + 1, 'x');

  EXPECT_THAT(PlaceTables({.entry_point = AsBytes(entry),
                           .structures = AsBytes(structures)},
                          {kEntry, kTable},
                          memory_),
              IsError(ErrorCode::kUnsupported));
}

TEST_F(TableFilesTest, RefusesPlacesThatCannotBe) {
  EXPECT_THAT(Place(File64(), {kEntry + 8, kTable}),
              IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(Place(File64(), {kEntry, 0x9000'0000}),
              IsError(ErrorCode::kOutOfRange));
  EXPECT_THAT(Place(File64(), {0x10000, kTable}),
              IsError(ErrorCode::kOutOfRange));
}

}  // namespace
}  // namespace flint::smbios
