// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>
#include <vector>

#include "drivers/smbios/entry_point.h"
#include "drivers/smbios/fake_smbios.h"
#include "drivers/smbios/structures.h"
#include "gtest/gtest.h"
#include "platforms/base/fake_guest_memory.h"
#include "testing/result_matchers.h"

namespace flint::smbios {
namespace {

using ::flint::testing::IsError;
using ::flint::testing::IsOk;

constexpr uint64_t kArea = 0xF0000;
constexpr uint64_t kTable = 0x7FE'0000;

std::vector<std::string> OemStrings(Bytes structures) {
  std::vector<std::string> strings;
  ForEachOemString(structures,
                   [&](std::string_view text) { strings.emplace_back(text); });
  return strings;
}

class SmbiosTest : public ::testing::Test {
 protected:
  SmbiosTest() {
    table_.Add(1, "\1\2", {"maker", "model"})
        .AddOemStrings({"flint.log=debug", "other"})
        .Add(3, {}, {})
        .AddOemStrings({"flint.boot=a b"})
        .End();
    memory_.AddRegion(kTable, AsBytes(table_.table()));
  }

  void Put(uint64_t offset, std::string_view entry) {
    std::ranges::copy(AsBytes(entry),
                      area_.begin() + static_cast<ptrdiff_t>(offset));
  }
  std::string Entry32() {
    return FakeSmbios::EntryPoint32(kTable, table_.table().size());
  }
  std::string Entry64() {
    return FakeSmbios::EntryPoint64(kTable, table_.table().size());
  }
  void ExpectRefused(std::string_view entry) {
    Put(0x100, entry);
    EXPECT_THAT(Tables::Find(memory_), IsError(ErrorCode::kNotFound));
  }

  FakeGuestMemory memory_;
  MutableBytes area_ = memory_.AddRegion(kArea, 0x10000);
  FakeSmbios table_;
};

TEST_F(SmbiosTest, FindsBothEntryPoints) {
  Put(0x20, Entry64());
  Put(0xFFE0, Entry32());

  ASSERT_OK_AND_ASSIGN(const Tables tables, Tables::Find(memory_));

  const auto size = static_cast<uint32_t>(table_.table().size());
  EXPECT_EQ(tables.entry_point_64(), (EntryPoint{0xF0020, 24, kTable, size}));
  EXPECT_EQ(tables.entry_point_32(), (EntryPoint{0xFFFE0, 31, kTable, size}));
  EXPECT_EQ(AsText(tables.structures()), table_.table());
}

TEST_F(SmbiosTest, PrefersTheNewerTable) {
  FakeSmbios other;
  other.AddOemStrings({"newer"}).End();
  memory_.AddRegion(0x100'0000, AsBytes(other.table()));
  Put(0x20, FakeSmbios::EntryPoint64(0x100'0000, other.table().size()));
  Put(0x40, Entry32());

  ASSERT_OK_AND_ASSIGN(const Tables tables, Tables::Find(memory_));

  EXPECT_EQ(OemStrings(tables.structures()), std::vector<std::string>{"newer"});
}

TEST_F(SmbiosTest, PassesOverBadEntryPoints) {
  std::string bad = Entry64();
  bad[7] ^= 1;
  Put(0x20, bad);
  Put(0x48, Entry64());  // not at a multiple of 16
  Put(0x80, FakeSmbios::EntryPoint64(0x1234'5678'9000, 100));
  Put(0x100, Entry64());

  ASSERT_OK_AND_ASSIGN(const Tables tables, Tables::Find(memory_));

  ASSERT_TRUE(tables.entry_point_64());
  EXPECT_EQ(tables.entry_point_64()->address, 0xF0100u);
}

TEST_F(SmbiosTest, TakesAnEntryPointWithTheLengthOfTheFirstEdition) {
  std::string entry = Entry32();
  entry[5] = 0x1E;
  FakeSmbios::FixChecksum(entry, 4, 0, 0x1E);
  Put(0x100, entry);
  EXPECT_THAT(Tables::Find(memory_), IsOk());

  FakeSmbios::FixChecksum(entry, 4, 0, 0x1F);
  Put(0x100, entry);
  EXPECT_THAT(Tables::Find(memory_), IsOk());
}

TEST_F(SmbiosTest, RefusesABadEntryPoint32) {
  std::string entry = Entry32();
  entry[30] ^= 1;
  ExpectRefused(entry);  // checksum

  entry = Entry32();
  entry[5] = 0x20;
  FakeSmbios::FixChecksum(entry, 4, 0, 0x1F);
  ExpectRefused(entry);

  entry = Entry32();
  entry[16] = 'X';
  FakeSmbios::FixChecksum(entry, 21, 16, 15);
  FakeSmbios::FixChecksum(entry, 4, 0, 31);
  ExpectRefused(entry);

  entry = Entry32();
  entry[21] ^= 1;
  FakeSmbios::FixChecksum(entry, 4, 0, 31);
  ExpectRefused(entry);

  ExpectRefused(FakeSmbios::EntryPoint32(kTable, 0));
  ExpectRefused(FakeSmbios::EntryPoint32(kTable, table_.table().size() + 1));
}

TEST_F(SmbiosTest, RefusesABadEntryPoint64) {
  std::string entry = Entry64();
  entry[5] ^= 1;
  ExpectRefused(entry);

  entry = Entry64();
  entry[6] = 23;
  FakeSmbios::FixChecksum(entry, 5, 0, 23);
  ExpectRefused(entry);

  ExpectRefused(FakeSmbios::EntryPoint64(kTable, 0));
  ExpectRefused(FakeSmbios::EntryPoint64(kTable, kMaxTableSizeBytes + 1));
  ExpectRefused(FakeSmbios::EntryPoint64(UINT64_MAX - 3, 100));
}

TEST_F(SmbiosTest, ReadsNoEntryPointThatIsCutOff) {
  Put(0x10000 - 16, Entry64().substr(0, 16));
  EXPECT_THAT(Tables::Find(memory_), IsError(ErrorCode::kNotFound));

  std::string entry = Entry64();
  entry[6] = 100;
  FakeSmbios::FixChecksum(entry, 5, 0, 24);
  Put(0x10000 - 32, entry);
  EXPECT_THAT(Tables::Find(memory_), IsError(ErrorCode::kNotFound));
}

TEST_F(SmbiosTest, ReadsStructuresUpToTheEnd) {
  std::string text = table_.table();
  FakeSmbios after;
  text += after.AddOemStrings({"beyond"}).table();
  StructureReader reader{AsBytes(text)};

  const auto first = reader.Next();
  ASSERT_TRUE(first);
  EXPECT_EQ(static_cast<int>(first->type), 1);
  EXPECT_EQ(first->handle, 0u);
  EXPECT_EQ(first->fields.size(), 6u);
  EXPECT_EQ(first->String(0), "");
  EXPECT_EQ(first->String(1), "maker");
  EXPECT_EQ(first->String(2), "model");
  EXPECT_EQ(first->String(3), "");
  EXPECT_EQ(reader.Next()->String(2), "other");
  const auto bare = reader.Next();
  ASSERT_TRUE(bare);
  EXPECT_EQ(bare->handle, 2u);
  EXPECT_EQ(bare->strings, "");
  EXPECT_TRUE(reader.Next());
  EXPECT_FALSE(reader.Next());
  EXPECT_FALSE(reader.Next());
}

TEST_F(SmbiosTest, ListsOemStringsOfAllStructures) {
  EXPECT_EQ(
      OemStrings(AsBytes(table_.table())),
      (std::vector<std::string>{"flint.log=debug", "other", "flint.boot=a b"}));
}

TEST_F(SmbiosTest, ReadsOnlyWholeStructures) {
  FakeSmbios fake;
  const std::string text = fake.AddOemStrings({"one", "two"}).table();

  for (size_t size = 0; size < text.size(); ++size) {
    StructureReader reader{AsBytes(std::string_view(text).substr(0, size))};
    EXPECT_FALSE(reader.Next()) << size;
  }
  StructureReader reader{AsBytes(text)};
  EXPECT_TRUE(reader.Next());
  EXPECT_FALSE(reader.Next());
}

TEST_F(SmbiosTest, EndsAtAStructureWithoutRoomForItsHeader) {
  std::string text = table_.table();
  text[1] = 3;

  EXPECT_FALSE(StructureReader{AsBytes(text)}.Next());
}

}  // namespace
}  // namespace flint::smbios
