// SPDX-License-Identifier: Apache-2.0
#include "loader/bzimage/placement.h"

#include <array>

#include "boot/memory/memory_map.h"
#include "testing/result_matchers.h"

namespace flint::bzimage {
namespace {

using linux_params::SetupHeader;
using memory::E820Entry;
using memory::E820Type;
using testing::IsError;

constexpr uint64_t kMiB = uint64_t{1} << 20;
constexpr uint64_t kGiB = uint64_t{1} << 30;

class PlacementTest : public ::testing::Test {
 protected:
  PlacementTest() {
    image_.preferred_address = 16 * kMiB;
    image_.preferred_alignment = 2 * kMiB;
    image_.min_alignment = 2 * kMiB;
    image_.memory_size_bytes = 20 * kMiB;
    image_.relocatable = true;
    image_.setup.header.initrd_addr_max = 0x7fffffff;
    UseRam(64 * kMiB);
  }

  void UseRam(uint64_t size_bytes) {
    map_.Build(
        std::array<E820Entry, 2>{
            {{0, std::min(size_bytes, 3 * kGiB), E820Type::kRam},
             {4 * kGiB,
              size_bytes - std::min(size_bytes, 3 * kGiB),
              E820Type::kRam}}},
        uint64_t{1} << 46);
  }

  void Take(uint64_t address, uint64_t size_bytes) {
    ASSERT_OK(map_.AllocateAt(
        address, size_bytes / 4096, memory::MemoryUse::kFirmware));
  }

  Result<KernelPlace> Place() {
    return PlaceKernel(image_, image_.memory_size_bytes, map_);
  }

  std::array<memory::MemoryRange, 64> ranges_;
  memory::MemoryMap map_{ranges_};
  KernelImage image_{};
};

TEST_F(PlacementTest, PutsTheKernelWhereItPrefersToBe) {
  ASSERT_OK_AND_ASSIGN(const KernelPlace place, Place());

  EXPECT_EQ(place.pages.address(), 16 * kMiB);
  EXPECT_EQ(place.pages.size_bytes(), 20 * kMiB);
  EXPECT_EQ(place.alignment_bytes, 2 * kMiB);
  EXPECT_EQ(map_.Find(16 * kMiB)->type, memory::MemoryType::kKernel);
}

TEST_F(PlacementTest, TellsTheAlignmentOfThePreferredPlace) {
  image_.preferred_alignment = 16 * kMiB;
  image_.preferred_address = 18 * kMiB;

  ASSERT_OK_AND_ASSIGN(const KernelPlace place, Place());

  EXPECT_EQ(place.alignment_bytes, 2 * kMiB);
}

TEST_F(PlacementTest, MovesTheKernelUpIfItsPlaceIsTaken) {
  Take(17 * kMiB, 4096);

  ASSERT_OK_AND_ASSIGN(const KernelPlace place, Place());

  EXPECT_EQ(place.pages.address(), 18 * kMiB);
}

TEST_F(PlacementTest, NeverMovesTheKernelDown) {
  image_.preferred_address = 46 * kMiB;

  EXPECT_THAT(Place(), IsError(ErrorCode::kNoMemory));
}

TEST_F(PlacementTest, SettlesForLessAlignment) {
  image_.preferred_alignment = 16 * kMiB;
  image_.memory_size_bytes = 40 * kMiB;
  Take(17 * kMiB, 4096);

  ASSERT_OK_AND_ASSIGN(const KernelPlace place, Place());

  EXPECT_EQ(place.pages.address(), 24 * kMiB);
  EXPECT_EQ(place.alignment_bytes, 8 * kMiB);
}

TEST_F(PlacementTest, LeavesAKernelThatCannotMove) {
  image_.relocatable = false;
  EXPECT_OK(Place());
  Take(17 * kMiB, 4096);
  EXPECT_THAT(Place(), IsError(ErrorCode::kNoMemory));
}

TEST_F(PlacementTest, PutsAKernelWithoutPreferenceAnywhere) {
  image_.preferred_address = 0;

  ASSERT_OK_AND_ASSIGN(const KernelPlace place, Place());

  EXPECT_EQ(place.pages.address(), 2 * kMiB);
}

TEST_F(PlacementTest, KeepsTheKernelBelowFourGibibytes) {
  UseRam(6 * kGiB);
  Take(16 * kMiB, 3 * kGiB - 16 * kMiB);

  EXPECT_THAT(Place(), IsError(ErrorCode::kNoMemory));
}

TEST_F(PlacementTest, GivesBackWhatIsNotUsed) {
  const uint64_t before = map_.ranges().size();
  {
    ASSERT_OK_AND_ASSIGN(const KernelPlace place, Place());
    EXPECT_NE(map_.ranges().size(), before);
  }

  EXPECT_EQ(map_.ranges().size(), before);
}

TEST_F(PlacementTest, PutsTheInitrdAsHighAsTheKernelTakesIt) {
  UseRam(6 * kGiB);

  ASSERT_OK_AND_ASSIGN(const OwnedPages pages,
                       PlaceInitrd(image_, 3 * kMiB + 1, map_));

  EXPECT_EQ(pages.address(), 2 * kGiB - 3 * kMiB - 4096);
}

TEST_F(PlacementTest, PutsTheInitrdHigherOnlyIfNeededAndAllowed) {
  UseRam(6 * kGiB);
  Take(kMiB, 2 * kGiB - kMiB);

  EXPECT_THAT(PlaceInitrd(image_, kMiB, map_), IsError(ErrorCode::kNoMemory));
  image_.setup.header.xloadflags = SetupHeader::kCanBeLoadedAbove4G;
  ASSERT_OK_AND_ASSIGN(const OwnedPages below_4g,
                       PlaceInitrd(image_, kMiB, map_));
  EXPECT_EQ(below_4g.address(), 3 * kGiB - kMiB);
  ASSERT_OK_AND_ASSIGN(const OwnedPages above_4g,
                       PlaceInitrd(image_, kGiB, map_));
  EXPECT_EQ(above_4g.address(), 6 * kGiB);
  EXPECT_THAT(PlaceInitrd(image_, 9 * kGiB, map_),
              IsError(ErrorCode::kNoMemory));
}

TEST_F(PlacementTest, LetsModulesStayOnlyWhereTheKernelTakesThem) {
  EXPECT_TRUE(CanStay(image_, 0x7ffff000, 0x1000));
  EXPECT_FALSE(CanStay(image_, 0x7ffff000, 0x1001));
  EXPECT_FALSE(CanStay(image_, 0x80000000, 1));
  EXPECT_FALSE(CanStay(image_, 0x7ffff004, 1));
  image_.setup.header.xloadflags = SetupHeader::kCanBeLoadedAbove4G;
  EXPECT_TRUE(CanStay(image_, 0x200000000, 0x1000));
  EXPECT_FALSE(CanStay(image_, UINT64_MAX - 4095, 0x1001));
}

TEST_F(PlacementTest, KeepsParametersBelowFourGibibytes) {
  UseRam(6 * kGiB);

  ASSERT_OK_AND_ASSIGN(const OwnedPages pages, PlaceParameters(5000, map_));

  EXPECT_EQ(pages.address(), 3 * kGiB - 0x2000);
}

}  // namespace
}  // namespace flint::bzimage
