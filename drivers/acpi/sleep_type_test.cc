// SPDX-License-Identifier: Apache-2.0
#include "drivers/acpi/sleep_type.h"

#include <optional>
#include <string>
#include <string_view>

#include "drivers/acpi/fake_tables.h"
#include "drivers/acpi/q35_sample.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platforms/base/fake_guest_memory.h"
#include "testing/result_matchers.h"

namespace flint::acpi {
namespace {

using ::flint::testing::IsError;
using ::flint::testing::IsOkAndHolds;
using ::testing::Optional;

using std::string_view_literals::operator""sv;

// Name (_S5, Package (4) {7, 6, 0, 0})
constexpr std::string_view kUsual =
    "\x08_S5_\x12\x08\x04\x0A\x07\x0A\x06\0\0"sv;

std::optional<SleepType> Find(std::string_view aml) {
  return FindSoftOffIn(AsBytes(aml));
}

TEST(SoftOff, IsFoundInTheUsualForm) {
  EXPECT_THAT(Find(kUsual), Optional(SleepType{7, 6}));
}

TEST(SoftOff, IsFoundAnywhere) {
  const std::string aml = "_S5_ \x08_S4_" + std::string(kUsual) + "more";

  EXPECT_THAT(Find(aml), Optional(SleepType{7, 6}));
}

TEST(SoftOff, IsFoundUnderTheRoot) {
  EXPECT_THAT(Find("\x08\\_S5_\x12\x04\x02\x01\0"sv),
              Optional(SleepType{1, 0}));
}

TEST(SoftOff, IsFoundInEveryFormOfConstant) {
  // Word and dword.
  EXPECT_THAT(Find("\x08_S5_\x12\x0A\x02\x0B\x05\0\x0C\x03\0\0\0"sv),
              Optional(SleepType{5, 3}));
}

TEST(SoftOff, IsFoundInAPackageWithALongLength) {
  EXPECT_THAT(Find("\x08_S5_\x12\x46\0\x02\x0A\x05\x01"sv),
              Optional(SleepType{5, 1}));
  EXPECT_THAT(Find("\x08_S5_\x12\x87\0\0\x02\x0A\x05\x01"sv),
              Optional(SleepType{5, 1}));
  EXPECT_THAT(Find("\x08_S5_\x12\xC8\0\0\0\x02\x0A\x05\x01"sv),
              Optional(SleepType{5, 1}));
}

TEST(SoftOff, MayHaveOneValueForBothRegisters) {
  // Cloud Hypervisor's.
  EXPECT_THAT(Find("\x08_S5_\x12\x04\x01\x0A\x05"sv),
              Optional(SleepType{5, 5}));
}

TEST(SoftOff, MustBeADefinition) {
  // A reference, a method, another name.
  EXPECT_EQ(Find("\x70_S5_\x12\x04\x02\x01\0"sv), std::nullopt);
  EXPECT_EQ(Find("_S5_\x12\x04\x02\x01\0"sv), std::nullopt);
  EXPECT_EQ(Find("\\_S5_\x12\x04\x02\x01\0"sv), std::nullopt);
  EXPECT_EQ(Find("\x08_S4_\x12\x04\x02\x01\0"sv), std::nullopt);
}

TEST(SoftOff, MustBeAPackageOfConstants) {
  EXPECT_EQ(Find("\x08_S5_\x0A\x05"sv), std::nullopt);
  EXPECT_EQ(Find("\x08_S5_\x12\x06\x02NAME"sv), std::nullopt);
  EXPECT_EQ(Find("\x08_S5_\x12\x02\0"sv), std::nullopt);            // empty
  EXPECT_EQ(Find("\x08_S5_\x12\x04\x02\x0A\x08"sv), std::nullopt);  // 8
  EXPECT_EQ(Find("\x08_S5_\x12\x05\x02\x0B\x05\x01"sv), std::nullopt);
}

TEST(SoftOff, MustLieWithinItsPackage) {
  EXPECT_EQ(Find("\x08_S5_\x12\0\x02\x01\x01"sv), std::nullopt);
  EXPECT_EQ(Find("\x08_S5_\x12\x01\x02\x01\x01"sv), std::nullopt);
  EXPECT_EQ(Find("\x08_S5_\x12\x03\x02\x01\x01"sv), std::nullopt);
  EXPECT_EQ(Find("\x08_S5_\x12\x3F\x02\x01\x01"sv), std::nullopt);
}

TEST(SoftOff, IsNotFoundWhenCutShort) {
  for (size_t size = 0; size < kUsual.size(); ++size) {
    EXPECT_EQ(Find(kUsual.substr(0, size)), std::nullopt) << size;
  }
}

TEST(SoftOff, IsFoundBehindADefectiveOne) {
  const std::string aml = "\x08_S5_\x0A\x05" + std::string(kUsual);

  EXPECT_THAT(Find(aml), Optional(SleepType{7, 6}));
}

class SoftOffTables : public ::testing::Test {
 protected:
  Result<SleepType> Find(const FakeTables::Fadt& fake_fadt) {
    fake_.AddListedFadt(fake_fadt);
    fake_.Finish(0xF0000);
    const Tables tables = TRY(Tables::Find(memory_, 0xF0000));
    const Fadt fadt = TRY(ParseFadt(fake_fadt.bytes()));
    return FindSoftOff(tables, fadt);
  }

  FakeGuestMemory memory_;
  FakeTables fake_{memory_};
};

TEST_F(SoftOffTables, AreSearchedDsdtFirst) {
  const uint64_t dsdt = fake_.Add("DSDT", 2, AsBytes(kUsual));
  fake_.AddListed("SSDT", 2, AsBytes("\x08_S5_\x12\x04\x02\x01\0"sv));

  EXPECT_THAT(Find(FakeTables::Fadt().Set64(FakeTables::Fadt::kXDsdt, dsdt)),
              IsOkAndHolds(SleepType{7, 6}));
}

TEST_F(SoftOffTables, AreSearchedThroughAllSsdts) {
  fake_.AddListed("SSDT", 2, AsBytes("nothing here"));
  fake_.AddListed("SSDT", 2, AsBytes(kUsual));

  EXPECT_THAT(Find(FakeTables::Fadt()), IsOkAndHolds(SleepType{7, 6}));
}

TEST_F(SoftOffTables, MayNotSay) {
  fake_.AddListed("SSDT", 2, AsBytes("nothing here"));

  EXPECT_THAT(Find(FakeTables::Fadt()), IsError(ErrorCode::kNotFound));
}

TEST(SoftOff, OfQ35IsFound) {
  FakeGuestMemory memory;
  Q35Sample::Load(memory);
  ASSERT_OK_AND_ASSIGN(const Tables tables, Tables::Find(memory, 0));
  ASSERT_OK_AND_ASSIGN(const Bytes table, tables.FindTable(kFadtSignature));
  ASSERT_OK_AND_ASSIGN(const Fadt fadt, ParseFadt(table));

  EXPECT_THAT(FindSoftOff(tables, fadt), IsOkAndHolds(SleepType{0, 0}));
}

}  // namespace
}  // namespace flint::acpi
