// SPDX-License-Identifier: Apache-2.0
#include "boot/paging/page_tables.h"

#include <map>
#include <random>
#include <vector>

#include "boot/memory/memory_map.h"
#include "boot/paging/fake_tlb.h"
#include "boot/paging/page_table_walker.h"
#include "platforms/base/fake_guest_memory.h"
#include "testing/result_matchers.h"

namespace flint::paging {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::IsError;

constexpr uint64_t kPage = 0x1000;
constexpr uint64_t kMiB = uint64_t{1} << 20;
constexpr uint64_t kGiB = uint64_t{1} << 30;
constexpr uint64_t kTables = 16 * kMiB;

constexpr Attributes kData = {.access = Access::kReadWrite};
constexpr Attributes kCode = {.access = Access::kReadExecute};
constexpr Attributes kConstants = {.access = Access::kReadOnly};
constexpr Attributes kDevice = {.access = Access::kReadWrite,
                                .caching = Caching::kUncached};

class PageTablesTest : public ::testing::Test {
 protected:
  PageTables Make(const PagingFeatures& features, uint64_t table_count = 256) {
    features_ = features;
    const uint64_t size = table_count * kPage;
    memory_.AddRegion(kTables, size);
    map_.Build({{memory::E820Entry{kTables, size, memory::E820Type::kRam}}},
               uint64_t{1} << 40);
    auto tables = PageTables::Create(memory_, map_, tlb_, features);
    EXPECT_THAT(tables, testing::IsOk());
    return *tables;
  }
  PageTables Make() {
    return Make({.gigabyte_pages = true,
                 .no_execute = true,
                 .physical_address_bits = 46});
  }

  std::vector<Mapping> Walk(const PageTables& tables) {
    return WalkPageTables(memory_, tables.root(), features_);
  }

  uint64_t TableCount() const {
    uint64_t bytes = 0;
    for (const memory::MemoryRange& range : map_.ranges()) {
      if (memory::IsAllocated(range.type)) bytes += range.size_bytes();
    }
    return bytes / kPage;
  }

  PagingFeatures features_;
  FakeGuestMemory memory_;
  FakeTlb tlb_;
  std::vector<memory::MemoryRange> storage_ =
      std::vector<memory::MemoryRange>(64);
  memory::MemoryMap map_{storage_};
};

TEST_F(PageTablesTest, StartsEmpty) {
  const PageTables tables = Make();

  EXPECT_THAT(Walk(tables), IsEmpty());
  EXPECT_EQ(tables.Translate(0), std::nullopt);
}

TEST_F(PageTablesTest, MapsEachKindOfPage) {
  PageTables tables = Make();

  ASSERT_OK(tables.MapIdentity(0x1000, kPage, kData));
  ASSERT_OK(tables.MapIdentity(0x3000, 2 * kPage, kCode));
  ASSERT_OK(tables.MapIdentity(0x5000, kPage, kConstants));
  ASSERT_OK(tables.MapIdentity(0x6000, kPage, kDevice));

  EXPECT_THAT(Walk(tables),
              ElementsAre(Mapping{.virtual_address = 0x1000,
                                  .physical_address = 0x1000,
                                  .size_bytes = kPage,
                                  .writable = true},
                          Mapping{.virtual_address = 0x3000,
                                  .physical_address = 0x3000,
                                  .size_bytes = 2 * kPage,
                                  .executable = true},
                          Mapping{.virtual_address = 0x5000,
                                  .physical_address = 0x5000,
                                  .size_bytes = kPage},
                          Mapping{.virtual_address = 0x6000,
                                  .physical_address = 0x6000,
                                  .size_bytes = kPage,
                                  .writable = true,
                                  .uncached = true}));
}

TEST_F(PageTablesTest, UsesTheLargestPagesThatFit) {
  PageTables tables = Make();

  ASSERT_OK(tables.MapIdentity(kGiB - 2 * kMiB - kPage, 3 * kGiB, kData));

  EXPECT_THAT(Walk(tables),
              ElementsAre(Mapping{.virtual_address = kGiB - 2 * kMiB - kPage,
                                  .physical_address = kGiB - 2 * kMiB - kPage,
                                  .size_bytes = 3 * kGiB,
                                  .writable = true}));
  EXPECT_EQ(tables.Translate(kGiB - 2 * kMiB - 1)->page_bytes, kPage);
  EXPECT_EQ(tables.Translate(kGiB - 2 * kMiB)->page_bytes, 2 * kMiB);
  EXPECT_EQ(tables.Translate(kGiB)->page_bytes, kGiB);
  EXPECT_EQ(tables.Translate(3 * kGiB - 1)->page_bytes, kGiB);
  EXPECT_EQ(tables.Translate(3 * kGiB)->page_bytes, 2 * kMiB);
  EXPECT_EQ(tables.Translate(4 * kGiB - 2 * kMiB - kPage), std::nullopt);
  // Top, second level, and two tables of each kind at both ends.
  EXPECT_EQ(TableCount(), 6u);
}

TEST_F(PageTablesTest, UsesGigabytePagesOnlyWhereTheProcessorHasThem) {
  PageTables tables = Make({.gigabyte_pages = false,
                            .no_execute = true,
                            .physical_address_bits = 40});

  ASSERT_OK(tables.MapIdentity(4 * kGiB, kGiB, kData));

  EXPECT_EQ(tables.Translate(4 * kGiB)->page_bytes, 2 * kMiB);
}

TEST_F(PageTablesTest, SetsNoReservedBitWithoutNoExecute) {
  PageTables tables = Make({.no_execute = false});

  ASSERT_OK(tables.MapIdentity(0x1000, kPage, kData));

  EXPECT_THAT(Walk(tables),
              ElementsAre(Mapping{.virtual_address = 0x1000,
                                  .physical_address = 0x1000,
                                  .size_bytes = kPage,
                                  .writable = true,
                                  .executable = true}));
}

TEST_F(PageTablesTest, MapsElsewhereThanToItself) {
  PageTables tables = Make();
  constexpr uint64_t kUpper = 0xFFFF'8000'0000'0000;

  ASSERT_OK(tables.Map(kUpper, 0x3FFF'FFE0'0000, 2 * kMiB, kDevice));
  ASSERT_OK(tables.Map(UINT64_MAX - 0xFFF, 0x5000, kPage, kData));

  EXPECT_THAT(Walk(tables),
              ElementsAre(Mapping{.virtual_address = kUpper,
                                  .physical_address = 0x3FFF'FFE0'0000,
                                  .size_bytes = 2 * kMiB,
                                  .writable = true,
                                  .uncached = true},
                          Mapping{.virtual_address = UINT64_MAX - 0xFFF,
                                  .physical_address = 0x5000,
                                  .size_bytes = kPage,
                                  .writable = true}));
  EXPECT_EQ(tables.Translate(kUpper)->page_bytes, 2 * kMiB);
}

TEST_F(PageTablesTest, UsesSmallPagesWhereOnlyTheVirtualAddressIsAligned) {
  PageTables tables = Make();

  ASSERT_OK(tables.Map(2 * kMiB, 8 * kMiB + kPage, 2 * kMiB, kData));

  EXPECT_EQ(tables.Translate(2 * kMiB + 5),
            (Translation{.physical_address = 8 * kMiB + kPage + 5,
                         .attributes = kData,
                         .page_bytes = kPage}));
}

TEST_F(PageTablesTest, SplitsLargePagesAroundAChange) {
  PageTables tables = Make();
  ASSERT_OK(tables.MapIdentity(0, 2 * kGiB, kData));

  ASSERT_OK(tables.Protect(kGiB + 2 * kMiB + kPage, kPage, kCode));

  EXPECT_THAT(
      Walk(tables),
      ElementsAre(Mapping{.virtual_address = 0,
                          .physical_address = 0,
                          .size_bytes = kGiB + 2 * kMiB + kPage,
                          .writable = true},
                  Mapping{.virtual_address = kGiB + 2 * kMiB + kPage,
                          .physical_address = kGiB + 2 * kMiB + kPage,
                          .size_bytes = kPage,
                          .executable = true},
                  Mapping{.virtual_address = kGiB + 2 * kMiB + 2 * kPage,
                          .physical_address = kGiB + 2 * kMiB + 2 * kPage,
                          .size_bytes = kGiB - 2 * kMiB - 2 * kPage,
                          .writable = true}));
  EXPECT_EQ(tables.Translate(0)->page_bytes, kGiB);
  EXPECT_EQ(tables.Translate(kGiB)->page_bytes, 2 * kMiB);
  EXPECT_EQ(tables.Translate(kGiB + 2 * kMiB)->page_bytes, kPage);
}

TEST_F(PageTablesTest, KeepsTheAttributesOfAnUncachedPageItSplits) {
  PageTables tables = Make();
  ASSERT_OK(tables.MapIdentity(kGiB, kGiB, kDevice));

  ASSERT_OK(tables.Unmap(kGiB, kPage));

  EXPECT_THAT(Walk(tables),
              ElementsAre(Mapping{.virtual_address = kGiB + kPage,
                                  .physical_address = kGiB + kPage,
                                  .size_bytes = kGiB - kPage,
                                  .writable = true,
                                  .uncached = true}));
}

TEST_F(PageTablesTest, ProtectsOnlyWhatIsAllMapped) {
  PageTables tables = Make();
  ASSERT_OK(tables.MapIdentity(0x1000, 2 * kPage, kData));

  EXPECT_THAT(tables.Protect(0x2000, 2 * kPage, kCode),
              IsError(ErrorCode::kNotFound));
  EXPECT_THAT(tables.Protect(0x0000, 2 * kPage, kCode),
              IsError(ErrorCode::kNotFound));
  EXPECT_EQ(tables.Translate(0x2000)->attributes, kData);
}

TEST_F(PageTablesTest, UnmapsAcrossHolesWithoutMakingTables) {
  PageTables tables = Make();
  ASSERT_OK(tables.MapIdentity(0x1000, kPage, kData));
  ASSERT_OK(tables.MapIdentity(5 * kGiB, kGiB, kData));
  const uint64_t before = TableCount();

  ASSERT_OK(tables.Unmap(0, uint64_t{1} << 40));

  EXPECT_THAT(Walk(tables), IsEmpty());
  EXPECT_EQ(TableCount(), before);
}

TEST_F(PageTablesTest, InvalidatesOnlyWhatWasMapped) {
  PageTables tables = Make();

  ASSERT_OK(tables.MapIdentity(0x1000, kPage, kData));
  ASSERT_OK(tables.Unmap(0x8000, kPage));
  EXPECT_TRUE(tlb_.empty());

  ASSERT_OK(tables.Protect(0x1000, kPage, kConstants));
  EXPECT_TRUE(tlb_.WasInvalidated(0x1000));
  tlb_.Clear();
  ASSERT_OK(tables.Unmap(0, 4 * kPage));
  EXPECT_TRUE(tlb_.WasInvalidated(0x1000));
}

TEST_F(PageTablesTest, RefusesWhatCannotBeMapped) {
  PageTables tables = Make();

  EXPECT_THAT(tables.MapIdentity(0x1001, kPage, kData),
              IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(tables.Map(0x1000, 0x1800, kPage, kData),
              IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(tables.MapIdentity(0x1000, kPage + 1, kData),
              IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(tables.Map(uint64_t{1} << 47, 0, kPage, kData),
              IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(tables.Map((uint64_t{1} << 47) - kPage, 0, 2 * kPage, kData),
              IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(tables.Map(UINT64_MAX - 0xFFF, 0, 2 * kPage, kData),
              IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(tables.MapIdentity((uint64_t{1} << 46) - kPage, 2 * kPage, kData),
              IsError(ErrorCode::kOutOfRange));
  EXPECT_THAT(tables.Map(0x1000, UINT64_MAX - 0xFFF, kPage, kData),
              IsError(ErrorCode::kOutOfRange));
  EXPECT_THAT(Walk(tables), IsEmpty());
  EXPECT_OK(tables.MapIdentity((uint64_t{1} << 46) - kPage, kPage, kData));
}

TEST_F(PageTablesTest, SaysWhenThereIsNoRoomForTables) {
  PageTables tables = Make({.no_execute = true}, 4);

  ASSERT_OK(tables.MapIdentity(0x1000, kPage, kData));
  EXPECT_THAT(tables.MapIdentity(kGiB, kPage, kData),
              IsError(ErrorCode::kNoMemory));
  EXPECT_EQ(tables.Translate(0x1000)->attributes, kData);
  EXPECT_EQ(tables.Translate(kGiB), std::nullopt);
}

// Random changes, checked against a map of single pages.
class PageTablesModelTest : public PageTablesTest,
                            public ::testing::WithParamInterface<uint32_t> {
 protected:
  struct Page {
    uint64_t physical_address;
    Attributes attributes;

    friend bool operator==(const Page&, const Page&) = default;
  };
  using Model = std::map<uint64_t, Page>;

  Model Read(const PageTables& tables) {
    Model pages;
    for (const Mapping& mapping : Walk(tables)) {
      const Attributes attributes = {
          .access = mapping.writable     ? Access::kReadWrite
                    : mapping.executable ? Access::kReadExecute
                                         : Access::kReadOnly,
          .caching =
              mapping.uncached ? Caching::kUncached : Caching::kWriteBack};
      EXPECT_FALSE(mapping.writable && mapping.executable);
      for (uint64_t at = 0; at < mapping.size_bytes; at += kPage) {
        pages[mapping.virtual_address + at] = {mapping.physical_address + at,
                                               attributes};
      }
    }
    return pages;
  }

  uint64_t Random(uint64_t first, uint64_t last) {
    return std::uniform_int_distribution<uint64_t>(first, last)(random_);
  }

  Attributes RandomAttributes() {
    return {.access = static_cast<Access>(Random(0, 2)),
            .caching = static_cast<Caching>(Random(0, 1))};
  }

  std::mt19937 random_{GetParam()};
};

TEST_P(PageTablesModelTest, AgreesWithAMapOfPages) {
  PageTables tables = Make();
  Model model;
  constexpr uint64_t kBase = kGiB - 6 * kMiB;  // across a table of tables

  for (int i = 0; i < 40; ++i) {
    const uint64_t unit = Random(0, 1) == 0 ? kPage : 2 * kMiB;
    const uint64_t start = kBase + Random(0, 12 * kMiB / unit - 1) * unit;
    const uint64_t size = Random(1, 4) * unit;
    const Attributes attributes = RandomAttributes();
    const Model before = model;
    tlb_.Clear();

    switch (Random(0, 2)) {
      case 0: {
        const uint64_t physical = start + Random(0, 1) * Random(0, 4) * kMiB;
        ASSERT_OK(tables.Map(start, physical, size, attributes));
        for (uint64_t at = 0; at < size; at += kPage) {
          model[start + at] = {physical + at, attributes};
        }
        break;
      }
      case 1: {
        const bool all = std::distance(model.lower_bound(start),
                                       model.lower_bound(start + size)) ==
                         static_cast<ptrdiff_t>(size / kPage);
        ASSERT_EQ(tables.Protect(start, size, attributes).has_value(), all);
        if (!all) break;
        for (uint64_t at = start; at < start + size; at += kPage) {
          model[at].attributes = attributes;
        }
        break;
      }
      default:
        ASSERT_OK(tables.Unmap(start, size));
        model.erase(model.lower_bound(start), model.lower_bound(start + size));
        break;
    }

    ASSERT_TRUE(Read(tables) == model) << i;
    for (const auto& [address, page] : before) {
      const auto now = model.find(address);
      const bool changed = now == model.end() || now->second != page;
      ASSERT_TRUE(!changed || tlb_.WasInvalidated(address)) << i;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, PageTablesModelTest, ::testing::Range(0u, 8u));

}  // namespace
}  // namespace flint::paging
