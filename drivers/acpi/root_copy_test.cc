// SPDX-License-Identifier: Apache-2.0
// Tables that list one more than the VMM's.
#include <cstddef>
#include <cstdint>

#include "drivers/acpi/fake_tables.h"
#include "drivers/acpi/tables.h"
#include "gtest/gtest.h"
#include "platforms/base/bytes.h"
#include "platforms/base/endian.h"
#include "platforms/base/fake_guest_memory.h"
#include "testing/result_matchers.h"

namespace flint::acpi {
namespace {

using ::flint::testing::IsError;
using ::flint::testing::IsOk;

constexpr uint64_t kRsdp = 0xA0000;
constexpr uint64_t kCopy = 0x7000'0000;

class RootCopy : public ::testing::Test {
 protected:
  Tables Build(FakeTables::Root root, size_t table_count = 2) {
    for (size_t i = 0; i < table_count; ++i) {
      fake_.AddListed("SSDT", 1, AsBytes("there before"));
    }
    added_ = fake_.Add("FPDT", 1, AsBytes("added"));
    fake_.Finish(kRsdp, root);
    auto tables = Tables::Find(memory_, kRsdp);
    EXPECT_THAT(tables, IsOk());
    return *tables;
  }

  FakeGuestMemory memory_;
  FakeTables fake_{memory_};
  MutableBytes room_ = memory_.AddRegion(kCopy, Tables::kRootCopyBytes);
  uint64_t added_ = 0;
};

class EachRootCopy : public RootCopy,
                     public ::testing::WithParamInterface<FakeTables::Root> {};

INSTANTIATE_TEST_SUITE_P(Roots,
                         EachRootCopy,
                         ::testing::Values(FakeTables::Root::kRsdt,
                                           FakeTables::Root::kXsdt,
                                           FakeTables::Root::kBoth));

TEST_P(EachRootCopy, ListsWhatWasThereAndTheTable) {
  const Tables tables = Build(GetParam());

  ASSERT_OK(tables.CopyRoot(added_, room_, kCopy));

  ASSERT_OK_AND_ASSIGN(const Tables copy, Tables::Find(memory_, kCopy));
  EXPECT_EQ(copy.rsdp_address(), kCopy);
  EXPECT_EQ(copy.has_rsdt(), GetParam() != FakeTables::Root::kXsdt);
  EXPECT_EQ(copy.has_extended_root_pointer(),
            GetParam() != FakeTables::Root::kRsdt);
  EXPECT_THAT(copy.FindTable("SSDT", 1), IsOk());
  ASSERT_OK_AND_ASSIGN(const Bytes added, copy.FindTable("FPDT"));
  EXPECT_EQ(memory_.AddressOf(added.data()), added_);
  EXPECT_THAT(tables.FindTable("FPDT"), IsError(ErrorCode::kNotFound))
      << "the VMM's tables stay as they are";
}

TEST_F(RootCopy, HasTwoGoodRootTables) {
  const Tables tables = Build(FakeTables::Root::kBoth);
  ASSERT_OK(tables.CopyRoot(added_, room_, kCopy));
  ASSERT_OK_AND_ASSIGN(const Tables copy, Tables::Find(memory_, kCopy));
  // Who knows the older one only finds the table as well.
  ASSERT_OK_AND_ASSIGN(const Bytes pointer, memory_.Map(kCopy, 20));
  ASSERT_OK_AND_ASSIGN(const auto rsdt, ReadWire<Le32>(pointer, 16));
  ASSERT_OK_AND_ASSIGN(const Bytes table, copy.ReadTable(rsdt, "RSDT"));

  EXPECT_EQ(table.size(), 36 + 3 * sizeof(uint32_t));
  ASSERT_OK_AND_ASSIGN(const auto last, ReadWire<Le32>(table, 36 + 8));
  EXPECT_EQ(last, added_);
}

TEST_F(RootCopy, HoldsAsManyTablesAsAreLookedAt) {
  const Tables tables = Build(FakeTables::Root::kBoth, kMaxTables);

  ASSERT_OK(tables.CopyRoot(added_, room_, kCopy));

  EXPECT_THAT(Tables::Find(memory_, kCopy), IsOk());
}

TEST_F(RootCopy, LosesNoTables) {
  const Tables tables = Build(FakeTables::Root::kXsdt, kMaxTables + 1);

  EXPECT_THAT(tables.CopyRoot(added_, room_, kCopy),
              IsError(ErrorCode::kUnsupported));
}

TEST_F(RootCopy, IsWhereOldSystemsReach) {
  const Tables tables = Build(FakeTables::Root::kXsdt);

  EXPECT_THAT(tables.CopyRoot(added_, room_, 0xFFFF'F800),
              IsError(ErrorCode::kOutOfRange));
  EXPECT_THAT(tables.CopyRoot(0x1'0000'0000, room_, kCopy),
              IsError(ErrorCode::kOutOfRange));
  EXPECT_THAT(tables.CopyRoot(added_, room_.first(3000), kCopy),
              IsError(ErrorCode::kInvalidArgument));
}

}  // namespace
}  // namespace flint::acpi
