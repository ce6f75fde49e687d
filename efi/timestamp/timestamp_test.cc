// SPDX-License-Identifier: Apache-2.0
#include "efi/timestamp/timestamp.h"

#include "drivers/clock/fake_clock.h"
#include "efi/abi/status.h"
#include "gtest/gtest.h"

namespace flint::efi {
namespace {

TEST(Timestamp, CountsAtTheFrequencyItTells) {
  clock::FakeClock clock(/*ticks_per_read=*/0);
  Timestamp timestamp(clock);
  abi::EFI_TIMESTAMP_PROTOCOL* const protocol = &timestamp;
  abi::EFI_TIMESTAMP_PROPERTIES properties{};

  ASSERT_EQ(protocol->GetProperties(&properties), abi::EFI_SUCCESS);
  const abi::UINT64 before = protocol->GetTimestamp();
  clock.Advance(2 * clock::kNanosecondsPerSecond);
  const abi::UINT64 after = protocol->GetTimestamp();

  EXPECT_EQ(after - before, 2 * properties.Frequency);
  EXPECT_GT(properties.EndValue, after);
}

TEST(Timestamp, RefusesToWriteNowhere) {
  clock::FakeClock clock;
  Timestamp timestamp(clock);

  EXPECT_EQ(timestamp.GetProperties(nullptr), abi::EFI_INVALID_PARAMETER);
}

}  // namespace
}  // namespace flint::efi
