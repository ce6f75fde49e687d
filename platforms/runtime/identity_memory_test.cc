// SPDX-License-Identifier: Apache-2.0
#include "platforms/runtime/identity_memory.h"

#include <array>

#include "testing/result_matchers.h"

namespace flint::runtime {
namespace {

using flint::testing::IsError;

TEST(IdentityMemory, MapsAnAddressToItself) {
  std::array<std::byte, 16> bytes{};
  IdentityMemory memory;

  const uint64_t address = memory.AddressOf(bytes.data());
  ASSERT_OK_AND_ASSIGN(const auto mapped, memory.Map(address, bytes.size()));

  EXPECT_EQ(mapped.data(), bytes.data());
  EXPECT_EQ(mapped.size(), bytes.size());
}

TEST(IdentityMemory, RefusesPageZeroAndWrapping) {
  IdentityMemory memory;

  EXPECT_THAT(memory.Map(0, 1), IsError(ErrorCode::kOutOfRange));
  EXPECT_THAT(memory.Map(4095, 8), IsError(ErrorCode::kOutOfRange));
  EXPECT_THAT(memory.Map(UINT64_MAX - 7, 9), IsError(ErrorCode::kOutOfRange));
  EXPECT_OK(memory.Map(4096, 8));
}

TEST(IdentityMemory, RefusesWhatReachesBeyondItsLimit) {
  IdentityMemory memory(1, 0x1'0000);

  EXPECT_OK(memory.Map(1, 0xFFFF));
  EXPECT_THAT(memory.Map(1, 0x1'0000), IsError(ErrorCode::kOutOfRange));
  EXPECT_THAT(memory.Map(0, 1), IsError(ErrorCode::kOutOfRange));
}

}  // namespace
}  // namespace flint::runtime
