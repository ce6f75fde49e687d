// SPDX-License-Identifier: Apache-2.0
#include "drivers/acpi/fpdt.h"

#include <array>
#include <cstddef>
#include <cstdint>

#include "drivers/acpi/table_format.h"
#include "gtest/gtest.h"
#include "platforms/base/bytes.h"
#include "platforms/base/endian.h"

namespace flint::acpi {
namespace {

TEST(Fpdt, SaysWhereTheTimesAre) {
  const Fpdt table = MakeFpdt(0x12'3456'7890);

  EXPECT_TRUE(ChecksumIsGood(AsBytes(table)));
  EXPECT_EQ(AsText(AsBytes(table)).substr(0, 4), kFpdtSignature);
  EXPECT_EQ(table.header.length, sizeof(table));
  EXPECT_EQ(table.pointer.type, 0u);
  EXPECT_EQ(table.pointer.length, 16);
  EXPECT_EQ(table.fbpt_address, 0x12'3456'7890u);
}

// What systems read by offsets. [acpi-6.5 5.2.24.5]
TEST(Fbpt, HasTheTimesWhereSystemsReadThem) {
  const Fbpt table = MakeFbpt({.reset_end_ns = 1,
                               .load_begin_ns = 2,
                               .start_ns = 3,
                               .exit_begin_ns = 4,
                               .exit_end_ns = 5});

  const std::array<uint8_t, 16> kStart{
      'F', 'B', 'P', 'T', 56, 0, 0, 0, 2, 0, 48, 2, 0, 0, 0, 0};
  const Bytes bytes = AsBytes(table);
  for (size_t i = 0; i < kStart.size(); ++i) {
    EXPECT_EQ(std::to_integer<uint8_t>(bytes[i]), kStart[i]) << i;
  }
  for (size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(uint64_t{*ReadWire<Le64>(bytes, 16 + 8 * i)}, i + 1);
  }
}

}  // namespace
}  // namespace flint::acpi
