// SPDX-License-Identifier: Apache-2.0
#include "platforms/base/heap_sort.h"

#include <cstdint>
#include <functional>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace flint {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(HeapSort, SortsEveryOrderOfAFew) {
  std::vector<int> order{1, 2, 2, 3, 4};
  do {
    std::vector<int> items = order;
    HeapSort(std::span(items));
    EXPECT_THAT(items, ElementsAre(1, 2, 2, 3, 4));
  } while (std::ranges::next_permutation(order).found);
}

TEST(HeapSort, LeavesNothingAsItIs) {
  std::vector<int> items;
  HeapSort(std::span(items));
  EXPECT_THAT(items, IsEmpty());
}

TEST(HeapSort, SortsByTheGivenOrderOfAMember) {
  struct Item {
    uint64_t key;
    char name;
  };
  std::vector<Item> items{{2, 'b'}, {3, 'c'}, {1, 'a'}};
  HeapSort(std::span(items), std::ranges::greater{}, &Item::key);
  EXPECT_EQ(items[0].name, 'c');
  EXPECT_EQ(items[1].name, 'b');
  EXPECT_EQ(items[2].name, 'a');
}

}  // namespace
}  // namespace flint
