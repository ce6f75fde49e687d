// SPDX-License-Identifier: Apache-2.0
#include "drivers/acpi/tables.h"

#include <array>
#include <string_view>
#include <vector>

#include "drivers/acpi/fake_tables.h"
#include "drivers/acpi/q35_sample.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platforms/base/bytes.h"
#include "platforms/base/fake_guest_memory.h"
#include "testing/result_matchers.h"

namespace flint::acpi {
namespace {

using ::flint::testing::IsError;
using ::flint::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

constexpr uint64_t kBiosArea = 0xE0000;
constexpr uint64_t kBiosAreaSize = 0x20000;
constexpr uint64_t kRsdp = 0xA0000;

std::string_view Body(Bytes table) { return AsText(table).substr(36); }

void Flip(MutableBytes bytes, size_t offset) {
  bytes[offset] ^= std::byte{0x10};
}

void AddTo(std::byte& byte, int change) {
  byte = static_cast<std::byte>(std::to_integer<int>(byte) + change);
}

// A machine with three tables, two of them SSDTs.
class TablesTest : public ::testing::Test {
 protected:
  uint64_t Build(FakeTables::Root root = FakeTables::Root::kXsdt) {
    mcfg_ = fake_.AddListed("MCFG", 1, AsBytes("window"));
    ssdt_a_ = fake_.AddListed("SSDT", 1, AsBytes("first"));
    ssdt_b_ = fake_.AddListed("SSDT", 1, AsBytes("second"));
    fake_.Finish(kRsdp, root);
    return kRsdp;
  }

  MutableBytes Rsdp(size_t size) {
    auto bytes = memory_.Map(kRsdp, size);
    EXPECT_THAT(bytes, IsOk());
    return *bytes;
  }

  FakeGuestMemory memory_;
  FakeTables fake_{memory_};
  uint64_t mcfg_ = 0;
  uint64_t ssdt_a_ = 0;
  uint64_t ssdt_b_ = 0;
};

TEST_F(TablesTest, FindsTablesThroughEitherRootTable) {
  for (const auto root : {FakeTables::Root::kRsdt,
                          FakeTables::Root::kXsdt,
                          FakeTables::Root::kBoth}) {
    FakeGuestMemory memory;
    FakeTables fake(memory);
    fake.AddListed("MCFG", 1, AsBytes("window"));
    fake.Finish(kRsdp, root);

    ASSERT_OK_AND_ASSIGN(const Tables tables, Tables::Find(memory, kRsdp));

    EXPECT_EQ(tables.rsdp_address(), kRsdp);
    ASSERT_OK_AND_ASSIGN(const Bytes mcfg, tables.FindTable("MCFG"));
    EXPECT_EQ(Body(mcfg), "window");
  }
}

TEST_F(TablesTest, FindsEachOfSeveralTables) {
  Build();
  ASSERT_OK_AND_ASSIGN(const Tables tables, Tables::Find(memory_, kRsdp));

  ASSERT_OK_AND_ASSIGN(const Bytes first, tables.FindTable("SSDT", 0));
  ASSERT_OK_AND_ASSIGN(const Bytes second, tables.FindTable("SSDT", 1));

  EXPECT_EQ(Body(first), "first");
  EXPECT_EQ(Body(second), "second");
  EXPECT_THAT(tables.FindTable("SSDT", 2), IsError(ErrorCode::kNotFound));
  EXPECT_THAT(tables.FindTable("TPM2"), IsError(ErrorCode::kNotFound));
}

TEST_F(TablesTest, PrefersTheXsdt) {
  Build(FakeTables::Root::kBoth);
  const MutableBytes rsdt = fake_.TableAt(fake_.rsdt_address());
  std::fill(rsdt.begin() + 36, rsdt.end(), std::byte{0});
  fake_.FixChecksum(fake_.rsdt_address());

  ASSERT_OK_AND_ASSIGN(const Tables tables, Tables::Find(memory_, kRsdp));

  EXPECT_THAT(tables.FindTable("MCFG"), IsOk());
}

TEST_F(TablesTest, UsesTheRsdtIfTheXsdtIsDamaged) {
  Build(FakeTables::Root::kBoth);
  Flip(fake_.TableAt(fake_.xsdt_address()), 40);

  ASSERT_OK_AND_ASSIGN(const Tables tables, Tables::Find(memory_, kRsdp));

  EXPECT_THAT(tables.FindTable("MCFG"), IsOk());
}

TEST_F(TablesTest, FailsIfBothRootTablesAreDamaged) {
  Build(FakeTables::Root::kBoth);
  Flip(fake_.TableAt(fake_.xsdt_address()), 40);
  Flip(fake_.TableAt(fake_.rsdt_address()), 40);

  EXPECT_THAT(Tables::Find(memory_, kRsdp), IsError(ErrorCode::kCorrupt));
}

TEST_F(TablesTest, FailsIfTheRootTableIsNotInMemory) {
  fake_.Finish(kRsdp, FakeTables::Root::kRsdt);
  const MutableBytes rsdp = Rsdp(20);
  // The same sum, another address.
  std::swap(rsdp[16], rsdp[19]);
  std::swap(rsdp[17], rsdp[18]);

  EXPECT_THAT(Tables::Find(memory_, kRsdp), IsError(ErrorCode::kOutOfRange));
}

TEST_F(TablesTest, RefusesAnyDamagedRootPointer) {
  Build();
  for (size_t offset = 0; offset < 36; ++offset) {
    const MutableBytes rsdp = Rsdp(36);
    Flip(rsdp, offset);
    EXPECT_THAT(Tables::Find(memory_, kRsdp), IsError(ErrorCode::kNotFound))
        << offset;
    Flip(rsdp, offset);
  }
  EXPECT_THAT(Tables::Find(memory_, kRsdp), IsOk());
}

TEST_F(TablesTest, RefusesARootPointerOfImpossibleLength) {
  Build();
  const MutableBytes rsdp = Rsdp(36);
  for (const int change : {1, 16, 36}) {
    // Shorter, with the extended checksum right.
    AddTo(rsdp[20], -change);
    AddTo(rsdp[32], change);
    EXPECT_THAT(Tables::Find(memory_, kRsdp), IsError(ErrorCode::kNotFound))
        << change;
    AddTo(rsdp[20], change);
    AddTo(rsdp[32], -change);
  }
  EXPECT_THAT(Tables::Find(memory_, kRsdp), IsOk());
}

TEST_F(TablesTest, RefusesARootPointerCutShort) {
  for (size_t size = 0; size < 36; ++size) {
    FakeGuestMemory whole;
    FakeTables fake(whole);
    fake.Finish(kRsdp);
    const auto rsdp = whole.Map(kRsdp, size);
    ASSERT_THAT(rsdp, IsOk());
    FakeGuestMemory cut;
    if (size != 0) cut.AddRegion(kRsdp, *rsdp);

    EXPECT_THAT(Tables::Find(cut, kRsdp), IsError(ErrorCode::kNotFound))
        << size;
  }
}

TEST_F(TablesTest, SearchesTheBiosAreaWhenNotTold) {
  for (const uint64_t address :
       {kBiosArea, uint64_t{0xF59E0}, kBiosArea + kBiosAreaSize - 48}) {
    FakeGuestMemory memory;
    memory.AddRegion(kBiosArea, kBiosAreaSize);
    FakeTables fake(memory);
    fake.Finish(address);

    ASSERT_OK_AND_ASSIGN(const Tables tables, Tables::Find(memory, 0));

    EXPECT_EQ(tables.rsdp_address(), address);
  }
}

TEST_F(TablesTest, SearchesTheBiosAreaWhenToldWrongly) {
  memory_.AddRegion(kBiosArea, kBiosAreaSize);
  fake_.Finish(0xF0000);

  for (const uint64_t told : {uint64_t{0xF0010}, UINT64_MAX, uint64_t{1}}) {
    ASSERT_OK_AND_ASSIGN(const Tables tables, Tables::Find(memory_, told));
    EXPECT_EQ(tables.rsdp_address(), 0xF0000U);
  }
}

TEST_F(TablesTest, SearchesOnlyWhereARootPointerMayBe) {
  memory_.AddRegion(kBiosArea, kBiosAreaSize);
  fake_.Finish(0xF0008);

  EXPECT_THAT(Tables::Find(memory_, 0), IsError(ErrorCode::kNotFound));
}

TEST_F(TablesTest, PassesOverADamagedRootPointerInTheSearch) {
  memory_.AddRegion(kBiosArea, kBiosAreaSize);
  fake_.Finish(0xF0000);
  fake_.Finish(0xE0040);
  const auto damaged = memory_.Map(0xE0040, 36);
  ASSERT_THAT(damaged, IsOk());
  Flip(*damaged, 10);

  ASSERT_OK_AND_ASSIGN(const Tables tables, Tables::Find(memory_, 0));

  EXPECT_EQ(tables.rsdp_address(), 0xF0000U);
}

TEST_F(TablesTest, SearchesTheExtendedBiosDataArea) {
  memory_.AddRegion(0xA0000, 1024);
  fake_.Finish(0xA0010);

  ASSERT_OK_AND_ASSIGN(const Tables tables, Tables::Find(memory_, 0, 0xA0000));

  EXPECT_EQ(tables.rsdp_address(), 0xA0010U);
  EXPECT_THAT(Tables::Find(memory_, 0, 0), IsError(ErrorCode::kNotFound));
  EXPECT_THAT(Tables::Find(memory_, 0, 0x9FC00), IsError(ErrorCode::kNotFound));
}

TEST_F(TablesTest, FindsNothingInEmptyMemory) {
  EXPECT_THAT(Tables::Find(memory_, 0), IsError(ErrorCode::kNotFound));
  memory_.AddRegion(kBiosArea, kBiosAreaSize);
  memory_.AddRegion(0x9FC00, 1024);

  EXPECT_THAT(Tables::Find(memory_, 0, 0x9FC00), IsError(ErrorCode::kNotFound));
}

TEST_F(TablesTest, TellsWhyATableCannotBeUsed) {
  Build();
  ASSERT_OK_AND_ASSIGN(const Tables tables, Tables::Find(memory_, kRsdp));

  Flip(fake_.TableAt(mcfg_), 40);

  EXPECT_THAT(tables.FindTable("MCFG"), IsError(ErrorCode::kCorrupt));
}

TEST_F(TablesTest, PassesOverADamagedTable) {
  Build();
  ASSERT_OK_AND_ASSIGN(const Tables tables, Tables::Find(memory_, kRsdp));

  Flip(fake_.TableAt(ssdt_a_), 40);

  ASSERT_OK_AND_ASSIGN(const Bytes found, tables.FindTable("SSDT"));
  EXPECT_EQ(Body(found), "second");
}

TEST_F(TablesTest, RefusesATableOfImpossibleLength) {
  Build();
  ASSERT_OK_AND_ASSIGN(const Tables tables, Tables::Find(memory_, kRsdp));
  const MutableBytes mcfg = fake_.TableAt(mcfg_);

  mcfg[4] = std::byte{35};
  EXPECT_THAT(tables.FindTable("MCFG"), IsError(ErrorCode::kCorrupt));
  mcfg[7] = std::byte{0x80};
  EXPECT_THAT(tables.FindTable("MCFG"), IsError(ErrorCode::kCorrupt));
  mcfg[7] = std::byte{0};
  mcfg[4] = std::byte{100};  // beyond its region
  EXPECT_THAT(tables.FindTable("MCFG"), IsError(ErrorCode::kOutOfRange));
}

TEST_F(TablesTest, PassesOverEntriesThatLeadNowhere) {
  fake_.List(0);
  fake_.List(UINT64_MAX);
  fake_.List(0x1234'5678'9ABC);
  Build();

  ASSERT_OK_AND_ASSIGN(const Tables tables, Tables::Find(memory_, kRsdp));

  EXPECT_THAT(tables.FindTable("MCFG"), IsOk());
  EXPECT_THAT(tables.FindTable("APIC"), IsError(ErrorCode::kNotFound));
}

TEST_F(TablesTest, LooksAtABoundedNumberOfTables) {
  const uint64_t many = fake_.Add("MANY", 1, {});
  for (size_t index = 0; index < kMaxTables; ++index) fake_.List(many);
  Build();

  ASSERT_OK_AND_ASSIGN(const Tables tables, Tables::Find(memory_, kRsdp));

  EXPECT_THAT(tables.FindTable("MANY", kMaxTables - 1), IsOk());
  EXPECT_THAT(tables.FindTable("MCFG"), IsError(ErrorCode::kNotFound));
}

TEST_F(TablesTest, ReadsATableThatAnotherNames) {
  const uint64_t dsdt = fake_.Add("DSDT", 2, AsBytes("aml"));
  Build();
  ASSERT_OK_AND_ASSIGN(const Tables tables, Tables::Find(memory_, kRsdp));

  ASSERT_OK_AND_ASSIGN(const Bytes table, tables.ReadTable(dsdt, "DSDT"));

  EXPECT_EQ(Body(table), "aml");
  EXPECT_THAT(tables.ReadTable(mcfg_, "DSDT"), IsError(ErrorCode::kNotFound));
  EXPECT_THAT(tables.ReadTable(0, "DSDT"), IsError(ErrorCode::kNotFound));
  EXPECT_THAT(tables.ReadTable(0x10, "DSDT"), IsError(ErrorCode::kOutOfRange));
}

TEST_F(TablesTest, ListsEveryTableOnce) {
  std::array<uint8_t, 64> facs_bytes{'F', 'A', 'C', 'S', 64};
  memory_.AddRegion(0x7FF'0000, std::as_bytes(std::span(facs_bytes)));
  const uint64_t dsdt = fake_.Add("DSDT", 2, AsBytes("aml"));
  const uint64_t fadt = fake_.AddListedFadt(
      FakeTables::Fadt()
          .Set64(FakeTables::Fadt::kXDsdt, dsdt)
          .Set64(FakeTables::Fadt::kXFirmwareControl, 0x7FF'0000));
  Build(FakeTables::Root::kBoth);
  Flip(fake_.TableAt(mcfg_), 40);  // damaged, but there
  ASSERT_OK_AND_ASSIGN(const Tables tables, Tables::Find(memory_, kRsdp));
  std::array<TableRange, 9> storage;

  ASSERT_OK_AND_ASSIGN(const auto ranges, tables.ListRanges(storage));

  const uint64_t root_size = 36 + 4 * 8;
  EXPECT_THAT(
      std::vector(ranges.begin(), ranges.end()),
      UnorderedElementsAre(TableRange{kRsdp, 36},
                           TableRange{fake_.xsdt_address(), root_size},
                           TableRange{fake_.rsdt_address(), 36 + 4 * 4},
                           TableRange{mcfg_, 36 + 6},
                           TableRange{ssdt_a_, 36 + 5},
                           TableRange{ssdt_b_, 36 + 6},
                           TableRange{fadt, 276},
                           TableRange{dsdt, 36 + 3},
                           TableRange{0x7FF'0000, 64, /*is_shared=*/true}));
}

TEST_F(TablesTest, SaysIfThereIsNoRoomForAllRanges) {
  Build();
  ASSERT_OK_AND_ASSIGN(const Tables tables, Tables::Find(memory_, kRsdp));
  std::array<TableRange, 5> enough;
  std::array<TableRange, 4> too_few;

  EXPECT_THAT(tables.ListRanges(enough), IsOk());
  EXPECT_THAT(tables.ListRanges(too_few), IsError(ErrorCode::kNoMemory));
}

TEST_F(TablesTest, ListsNoRangeThatIsNotMemory) {
  const uint64_t fadt = fake_.AddListedFadt(
      FakeTables::Fadt()
          .Set64(FakeTables::Fadt::kXDsdt, 0x10)
          .Set64(FakeTables::Fadt::kXFirmwareControl, UINT64_MAX - 3));
  fake_.Finish(kRsdp);
  ASSERT_OK_AND_ASSIGN(const Tables tables, Tables::Find(memory_, kRsdp));
  std::array<TableRange, 8> storage;

  ASSERT_OK_AND_ASSIGN(const auto ranges, tables.ListRanges(storage));

  EXPECT_THAT(std::vector(ranges.begin(), ranges.end()),
              ElementsAre(TableRange{kRsdp, 36},
                          TableRange{fake_.xsdt_address(), 44},
                          TableRange{fadt, 276}));
}

TEST(Q35Tables, AreAllFound) {
  FakeGuestMemory memory;
  Q35Sample::Load(memory);

  ASSERT_OK_AND_ASSIGN(const Tables tables, Tables::Find(memory, 0));

  EXPECT_EQ(tables.rsdp_address(), Q35Sample::kRsdpAddress);
  for (const char* name : {"FACP", "APIC", "HPET", "MCFG", "WAET"}) {
    EXPECT_THAT(tables.FindTable(name), IsOk()) << name;
  }
  std::array<TableRange, 16> storage;
  ASSERT_OK_AND_ASSIGN(const auto ranges, tables.ListRanges(storage));
  EXPECT_THAT(std::vector(ranges.begin(), ranges.end()),
              ElementsAre(TableRange{Q35Sample::kRsdpAddress, 20},
                          TableRange{Q35Sample::kRsdtAddress, 56},
                          TableRange{Q35Sample::kFadtAddress, 244},
                          TableRange{Q35Sample::kMadtAddress, 120},
                          TableRange{Q35Sample::kHpetAddress, 56},
                          TableRange{Q35Sample::kMcfgAddress, 60},
                          TableRange{Q35Sample::kWaetAddress, 40},
                          TableRange{Q35Sample::kDsdtAddress, 8180},
                          TableRange{Q35Sample::kFacsAddress, 64, true}));
}

}  // namespace
}  // namespace flint::acpi
