// SPDX-License-Identifier: Apache-2.0
#include "drivers/acpi/mcfg.h"

#include <array>
#include <span>
#include <vector>

#include "drivers/acpi/q35_sample.h"
#include "drivers/acpi/tables.h"
#include "gtest/gtest.h"
#include "platforms/base/bytes.h"
#include "platforms/base/endian.h"
#include "platforms/base/fake_guest_memory.h"
#include "testing/result_matchers.h"

namespace flint::acpi {
namespace {

using ::flint::testing::IsError;
using ::flint::testing::IsOkAndHolds;

// The table's header and reserved bytes are of no interest here.
std::vector<std::byte> Mcfg(std::span<const ConfigWindow> windows) {
  std::vector<std::byte> table(44, std::byte{0xEE});
  for (const ConfigWindow& window : windows) {
    const size_t start = table.size();
    table.resize(start + 16, std::byte{0xEE});
    const MutableBytes entry = std::span(table).subspan(start);
    EXPECT_OK(WriteWire(entry, 0, Le64(window.base_address)));
    EXPECT_OK(WriteWire(entry, 8, Le16(window.segment)));
    EXPECT_OK(WriteWire(entry, 10, window.first_bus));
    EXPECT_OK(WriteWire(entry, 11, window.last_bus));
  }
  return table;
}

constexpr ConfigWindow kGood{
    .base_address = 0xE800'0000, .segment = 0, .first_bus = 0, .last_bus = 0};
constexpr ConfigWindow kHigh{.base_address = 0x40'0000'0000,
                             .segment = 1,
                             .first_bus = 2,
                             .last_bus = 255};

TEST(Mcfg, GivesEveryWindow) {
  const auto table = Mcfg(std::array{kGood, kHigh});

  EXPECT_THAT(ReadConfigWindow(table, 0), IsOkAndHolds(kGood));
  EXPECT_THAT(ReadConfigWindow(table, 1), IsOkAndHolds(kHigh));
  EXPECT_THAT(ReadConfigWindow(table, 2), IsError(ErrorCode::kNotFound));
  EXPECT_THAT(ReadConfigWindow(table, SIZE_MAX), IsError(ErrorCode::kNotFound));
}

TEST(Mcfg, HasNoWindowThatIsCutShort) {
  const auto table = Mcfg(std::array{kGood});
  const Bytes whole(table);

  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_THAT(ReadConfigWindow(whole.first(size), 0),
                IsError(ErrorCode::kNotFound))
        << size;
  }
}

TEST(Mcfg, RefusesImpossibleWindows) {
  ConfigWindow nowhere = kGood;
  nowhere.base_address = 0;
  ConfigWindow crooked = kGood;
  crooked.base_address += 0x8'0000;
  ConfigWindow backwards = kGood;
  backwards.first_bus = 1;
  ConfigWindow wrapping = kGood;
  wrapping.base_address = 0xFFFF'FFFF'FFF0'0000;
  const auto table =
      Mcfg(std::array{nowhere, crooked, backwards, wrapping, kGood});

  for (size_t index = 0; index < 4; ++index) {
    EXPECT_THAT(ReadConfigWindow(table, index), IsError(ErrorCode::kCorrupt))
        << index;
  }
  EXPECT_THAT(ReadConfigWindow(table, 4), IsOkAndHolds(kGood));
}

TEST(Mcfg, OfQ35IsUnderstood) {
  FakeGuestMemory memory;
  Q35Sample::Load(memory);
  ASSERT_OK_AND_ASSIGN(const Tables tables, Tables::Find(memory, 0));
  ASSERT_OK_AND_ASSIGN(const Bytes table, tables.FindTable(kMcfgSignature));

  const ConfigWindow expected{.base_address = 0xB000'0000,
                              .segment = 0,
                              .first_bus = 0,
                              .last_bus = 255};
  EXPECT_THAT(ReadConfigWindow(table, 0), IsOkAndHolds(expected));
  EXPECT_THAT(ReadConfigWindow(table, 1), IsError(ErrorCode::kNotFound));
}

}  // namespace
}  // namespace flint::acpi
