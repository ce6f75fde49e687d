// SPDX-License-Identifier: Apache-2.0
#include "drivers/acpi/fadt.h"

#include <optional>

#include "drivers/acpi/fake_tables.h"
#include "drivers/acpi/q35_sample.h"
#include "drivers/acpi/tables.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platforms/base/fake_guest_memory.h"
#include "testing/result_matchers.h"

namespace flint::acpi {
namespace {

using ::flint::testing::IsError;
using ::testing::Eq;
using ::testing::Optional;
using Fake = FakeTables::Fadt;

constexpr uint8_t kMemory = 0;
constexpr uint8_t kPorts = 1;
constexpr uint8_t kPciConfiguration = 2;

GenericAddress Port(uint64_t port) { return {AddressSpace::kSystemIo, port}; }

GenericAddress Memory(uint64_t address) {
  return {AddressSpace::kSystemMemory, address};
}

TEST(Fadt, OfRevision1HasPortsOnly) {
  const Fake fake = Fake(Fake::kRevision1Size)
                        .Set32(Fake::kFirmwareControl, 0x1000)
                        .Set32(Fake::kDsdt, 0x2000)
                        .Set32(Fake::kPm1aControl, 0x604)
                        .Set32(Fake::kPm1bControl, 0x704)
                        .Set32(Fake::kPmTimer, 0x608)
                        .Set8(Fake::kPmTimerLength, 4);

  ASSERT_OK_AND_ASSIGN(const Fadt fadt, ParseFadt(fake.bytes()));

  EXPECT_EQ(fadt.facs_address, 0x1000U);
  EXPECT_EQ(fadt.dsdt_address, 0x2000U);
  EXPECT_THAT(fadt.pm1a_control, Optional(Port(0x604)));
  EXPECT_THAT(fadt.pm1b_control, Optional(Port(0x704)));
  EXPECT_THAT(fadt.pm_timer, Optional(Port(0x608)));
  EXPECT_EQ(fadt.reset_register, std::nullopt);
  EXPECT_EQ(fadt.sleep_control, std::nullopt);
  EXPECT_FALSE(fadt.pm_timer_is_32_bit);
  EXPECT_FALSE(fadt.hardware_reduced);
}

TEST(Fadt, OfRevision6HasRegistersAnywhere) {
  const Fake fake =
      Fake()
          .Set32(Fake::kFlags,
                 Fake::kFlagTimer32Bit | Fake::kFlagResetRegister |
                     Fake::kFlagHardwareReduced)
          .SetRegister(Fake::kResetRegister, kMemory, 0xFEA0'0202)
          .Set8(Fake::kResetValue, 0x42)
          .Set64(Fake::kXFirmwareControl, 0x1'0000'1000)
          .Set64(Fake::kXDsdt, 0x1'0000'2000)
          .SetRegister(Fake::kXPm1aControl, kPorts, 0x604)
          .SetRegister(Fake::kXPm1bControl, kMemory, 0xFEA0'0300)
          .SetRegister(Fake::kXPmTimer, kPorts, 0x608)
          .SetRegister(Fake::kSleepControl, kPorts, 0x600);

  ASSERT_OK_AND_ASSIGN(const Fadt fadt, ParseFadt(fake.bytes()));

  EXPECT_TRUE(fadt.hardware_reduced);
  EXPECT_TRUE(fadt.pm_timer_is_32_bit);
  EXPECT_THAT(fadt.reset_register, Optional(Memory(0xFEA0'0202)));
  EXPECT_EQ(fadt.reset_value, 0x42);
  EXPECT_EQ(fadt.facs_address, 0x1'0000'1000U);
  EXPECT_EQ(fadt.dsdt_address, 0x1'0000'2000U);
  EXPECT_THAT(fadt.pm1a_control, Optional(Port(0x604)));
  EXPECT_THAT(fadt.pm1b_control, Optional(Memory(0xFEA0'0300)));
  EXPECT_THAT(fadt.pm_timer, Optional(Port(0x608)));
  EXPECT_THAT(fadt.sleep_control, Optional(Port(0x600)));
}

TEST(Fadt, PrefersTheExtendedFields) {
  const Fake fake = Fake()
                        .Set32(Fake::kDsdt, 0x1000)
                        .Set64(Fake::kXDsdt, 0x2000)
                        .Set32(Fake::kPm1aControl, 0x104)
                        .SetRegister(Fake::kXPm1aControl, kPorts, 0x604)
                        .Set32(Fake::kPmTimer, 0x108)
                        .Set8(Fake::kPmTimerLength, 4)
                        .SetRegister(Fake::kXPmTimer, kPorts, 0x608);

  ASSERT_OK_AND_ASSIGN(const Fadt fadt, ParseFadt(fake.bytes()));

  EXPECT_EQ(fadt.dsdt_address, 0x2000U);
  EXPECT_THAT(fadt.pm1a_control, Optional(Port(0x604)));
  EXPECT_THAT(fadt.pm_timer, Optional(Port(0x608)));
}

TEST(Fadt, FallsBackToTheOldFields) {
  const Fake fake = Fake()
                        .Set32(Fake::kFirmwareControl, 0x3000)
                        .Set32(Fake::kDsdt, 0x1000)
                        .Set32(Fake::kPm1aControl, 0x604);

  ASSERT_OK_AND_ASSIGN(const Fadt fadt, ParseFadt(fake.bytes()));

  EXPECT_EQ(fadt.facs_address, 0x3000U);
  EXPECT_EQ(fadt.dsdt_address, 0x1000U);
  EXPECT_THAT(fadt.pm1a_control, Optional(Port(0x604)));
}

TEST(Fadt, HasNoTimerOfAnotherLength) {
  const Fake fake =
      Fake().Set32(Fake::kPmTimer, 0x608).Set8(Fake::kPmTimerLength, 0);

  ASSERT_OK_AND_ASSIGN(const Fadt fadt, ParseFadt(fake.bytes()));

  EXPECT_EQ(fadt.pm_timer, std::nullopt);
}

TEST(Fadt, HasNoResetRegisterUnlessFlagged) {
  const Fake fake = Fake().SetRegister(Fake::kResetRegister, kPorts, 0xCF9);

  ASSERT_OK_AND_ASSIGN(const Fadt fadt, ParseFadt(fake.bytes()));

  EXPECT_EQ(fadt.reset_register, std::nullopt);
}

TEST(Fadt, HasNoRegisterWhereWeCannotGo) {
  const Fake fake =
      Fake()
          .Set32(Fake::kFlags, Fake::kFlagResetRegister)
          .SetRegister(Fake::kResetRegister, kPciConfiguration, 0x1F'0004)
          .SetRegister(Fake::kSleepControl, 0x7F, 0x600);

  ASSERT_OK_AND_ASSIGN(const Fadt fadt, ParseFadt(fake.bytes()));

  EXPECT_EQ(fadt.reset_register, std::nullopt);
  EXPECT_EQ(fadt.sleep_control, std::nullopt);
}

TEST(Fadt, IsReadAtEveryLengthWithoutHalfAField) {
  const Fake fake = Fake()
                        .Set32(Fake::kFlags, Fake::kFlagResetRegister)
                        .SetRegister(Fake::kResetRegister, kPorts, 0x0CF9)
                        .Set64(Fake::kXDsdt, 0x1'2345'6789)
                        .Set32(Fake::kDsdt, 0x2345'6789)
                        .SetRegister(Fake::kSleepControl, kPorts, 0x0634);

  for (size_t size = 0; size <= Fake::kRevision6Size; ++size) {
    const Result<Fadt> fadt = ParseFadt(fake.bytes().first(size));
    if (size < Fake::kRevision1Size) {
      EXPECT_THAT(fadt, IsError(ErrorCode::kTruncated)) << size;
      continue;
    }
    ASSERT_OK(fadt);
    EXPECT_EQ(fadt->reset_register,
              size < 132 ? std::nullopt : std::optional(Port(0xCF9)))
        << size;
    EXPECT_EQ(fadt->dsdt_address, size < 244 ? 0x2345'6789 : 0x1'2345'6789)
        << size;
    EXPECT_EQ(fadt->sleep_control,
              size < 268 ? std::nullopt : std::optional(Port(0x634)))
        << size;
  }
}

TEST(Fadt, OfQ35IsUnderstood) {
  FakeGuestMemory memory;
  Q35Sample::Load(memory);
  ASSERT_OK_AND_ASSIGN(const Tables tables, Tables::Find(memory, 0));
  ASSERT_OK_AND_ASSIGN(const Bytes table, tables.FindTable(kFadtSignature));

  ASSERT_OK_AND_ASSIGN(const Fadt fadt, ParseFadt(table));

  EXPECT_FALSE(fadt.hardware_reduced);
  EXPECT_FALSE(fadt.pm_timer_is_32_bit);
  EXPECT_EQ(fadt.dsdt_address, Q35Sample::kDsdtAddress);
  EXPECT_EQ(fadt.facs_address, Q35Sample::kFacsAddress);
  EXPECT_THAT(fadt.reset_register, Optional(Port(0xCF9)));
  EXPECT_EQ(fadt.reset_value, 0x0F);
  EXPECT_THAT(fadt.pm1a_control, Optional(Port(0x604)));
  EXPECT_EQ(fadt.pm1b_control, std::nullopt);
  EXPECT_THAT(fadt.pm_timer, Optional(Port(0x608)));
}

}  // namespace
}  // namespace flint::acpi
