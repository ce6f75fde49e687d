// SPDX-License-Identifier: Apache-2.0
#include "platforms/base/fake_guest_memory.h"

#include <memory>

#include "testing/result_matchers.h"

namespace flint {
namespace {

using testing::IsError;

TEST(FakeGuestMemory, MapsWithinARegionAndFindsTheAddressAgain) {
  FakeGuestMemory memory;
  memory.AddRegion(0x1000, 0x1000);
  memory.AddRegion(0x8000, 0x1000);

  ASSERT_OK_AND_ASSIGN(const auto bytes, memory.Map(0x8010, 0x20));

  EXPECT_EQ(bytes.size(), 0x20u);
  EXPECT_EQ(memory.AddressOf(bytes.data()), 0x8010u);
  EXPECT_EQ(bytes[0], std::byte{0xA5});
}

TEST(FakeGuestMemory, RefusesWhatIsNotWithinOneRegion) {
  FakeGuestMemory memory;
  memory.AddRegion(0x1000, 0x1000);
  memory.AddRegion(0x2000, 0x1000);

  EXPECT_THAT(memory.Map(0xFFF, 2), IsError(ErrorCode::kOutOfRange));
  EXPECT_THAT(memory.Map(0x1FFF, 2), IsError(ErrorCode::kOutOfRange));
  EXPECT_THAT(memory.Map(0x3000, 1), IsError(ErrorCode::kOutOfRange));
  EXPECT_THAT(memory.Map(0x2000, UINT64_MAX), IsError(ErrorCode::kOutOfRange));
  EXPECT_OK(memory.Map(0x2000, 0x1000));
}

TEST(FakeGuestMemory, HoldsTheContentOfARegion) {
  FakeGuestMemory memory;
  memory.AddRegion(0x10, AsBytes("content"));

  ASSERT_OK_AND_ASSIGN(const auto bytes, memory.Map(0x13, 4));

  EXPECT_EQ(AsText(bytes), "tent");
}

TEST(FakeGuestMemory, KeepsPageAlignmentOnTheHost) {
  FakeGuestMemory memory;
  const MutableBytes small = memory.AddRegion(0x1000, 1);
  const MutableBytes large = memory.AddRegion(0x5000, 0x3000);

  for (const MutableBytes region : {small, large}) {
    void* start = region.data();
    size_t room = region.size();
    EXPECT_EQ(std::align(4096, 1, start, room), region.data());
  }
}

TEST(FakeGuestMemoryDeathTest, AbortsOnOverlapAndOnForeignBytes) {
  FakeGuestMemory memory;
  memory.AddRegion(0x1000, 0x1000);
  std::byte foreign{};

  EXPECT_DEATH(memory.AddRegion(0x1FFF, 2), "regions overlap");
  EXPECT_DEATH(memory.AddressOf(&foreign), "no region");
}

}  // namespace
}  // namespace flint
