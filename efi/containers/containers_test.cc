// SPDX-License-Identifier: Apache-2.0
#include <deque>
#include <set>
#include <vector>

#include "efi/containers/intrusive_list.h"
#include "efi/containers/object_pool.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace flint::efi {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct OtherList {};

struct Item : ListNode<Item>, ListNode<OtherList> {
  explicit Item(int number) : value(number) {}
  int value;
};

template <typename Tag>
std::vector<int> Values(const IntrusiveList<Item, Tag>& list) {
  std::vector<int> values;
  for (const Item* item = list.front(); item != nullptr;
       item = list.Next(*item)) {
    values.push_back(item->value);
  }
  std::vector<int> backwards;
  for (const Item* item = list.back(); item != nullptr;
       item = list.Previous(*item)) {
    backwards.insert(backwards.begin(), item->value);
  }
  EXPECT_EQ(values, backwards);
  return values;
}

TEST(IntrusiveList, KeepsTheOrderOfInsertion) {
  IntrusiveList<Item> list;
  Item one(1), two(2), three(3), four(4);
  EXPECT_TRUE(list.empty());
  EXPECT_EQ(list.front(), nullptr);
  EXPECT_EQ(list.back(), nullptr);

  list.push_back(two);
  list.push_back(four);
  list.push_front(one);
  list.InsertBefore(four, three);

  EXPECT_THAT(Values(list), ElementsAre(1, 2, 3, 4));
  IntrusiveList<Item>::Remove(two);
  IntrusiveList<Item>::Remove(four);
  EXPECT_THAT(Values(list), ElementsAre(1, 3));
}

TEST(IntrusiveList, TellsApartTheListsOfOneObject) {
  IntrusiveList<Item> list;
  IntrusiveList<Item, OtherList> other;
  Item one(1), two(2);

  list.push_back(one);
  list.push_back(two);
  other.push_back(two);
  IntrusiveList<Item>::Remove(two);

  EXPECT_THAT(Values(list), ElementsAre(1));
  EXPECT_THAT(Values(other), ElementsAre(2));
}

TEST(IntrusiveList, RemovingWhatIsInNoListDoesNothing) {
  IntrusiveList<Item> list;
  Item one(1);

  IntrusiveList<Item>::Remove(one);
  list.push_back(one);
  IntrusiveList<Item>::Remove(one);
  IntrusiveList<Item>::Remove(one);

  EXPECT_THAT(Values(list), IsEmpty());
}

class FakePageSource final : public PageSource {
 public:
  std::span<std::byte> TakePages(uint64_t page_count) override {
    if (exhausted) return {};
    requests.push_back(page_count);
    return runs.emplace_back(page_count * memory::kPageSizeBytes);
  }

  bool exhausted = false;
  std::vector<uint64_t> requests;
  std::deque<std::vector<std::byte>> runs;
};

TEST(ObjectPool, FindsLiveObjectsOnly) {
  FakePageSource source;
  ObjectPool<Item> pool(source);
  Item* const first = pool.New(1);
  Item* const second = pool.New(2);

  EXPECT_EQ(pool.Find(first), first);
  EXPECT_EQ(pool.Find(second), second);
  pool.Delete(*first);

  EXPECT_EQ(pool.Find(first), nullptr);
  EXPECT_EQ(pool.Find(second)->value, 2);
  EXPECT_EQ(pool.live_count(), 1u);
}

TEST(ObjectPool, FindsNothingAtHostileAddresses) {
  FakePageSource source;
  ObjectPool<Item> pool(source);
  Item* const item = pool.New(1);
  std::byte* const bytes = static_cast<std::byte*>(static_cast<void*>(item));
  int elsewhere = 0;

  EXPECT_EQ(pool.Find(nullptr), nullptr);
  EXPECT_EQ(pool.Find(&elsewhere), nullptr);
  EXPECT_EQ(pool.Find(bytes + 1), nullptr);
  EXPECT_EQ(pool.Find(bytes - 8), nullptr);
  for (std::byte& byte : source.runs.front()) {
    EXPECT_EQ(pool.Find(&byte) != nullptr, &byte == bytes);
  }
}

TEST(ObjectPool, ReusesTheSlotThatWasFreedLongestAgo) {
  FakePageSource source;
  ObjectPool<Item> pool(source);
  std::vector<Item*> items{pool.New(0)};
  while (source.requests.size() == 1) items.push_back(pool.New(0));
  const size_t run_count = items.size() - 1;
  Item* const freed_first = items[5];
  Item* const freed_second = items[3];
  pool.Delete(*freed_first);
  pool.Delete(*freed_second);

  std::vector<Item*> later;
  while (source.requests.size() == 2) later.push_back(pool.New(0));

  const auto first = std::ranges::find(later, freed_first);
  const auto second = std::ranges::find(later, freed_second);
  ASSERT_NE(first, later.end());
  ASSERT_EQ(second, first + 1);
  EXPECT_GT(first - later.begin(), static_cast<std::ptrdiff_t>(run_count));
}

TEST(ObjectPool, TakesRunsOfDoublingSize) {
  FakePageSource source;
  ObjectPool<Item> pool(source);

  std::set<Item*> items;
  for (int i = 0; i < 100'000; ++i) items.insert(pool.New(i));

  EXPECT_EQ(items.size(), 100'000u);
  EXPECT_LT(source.requests.size(), 12u);
  EXPECT_EQ(source.requests[0], 4u);
  EXPECT_EQ(source.requests[1], 8u);
}

TEST(ObjectPool, HasNothingWhenMemoryIsExhausted) {
  FakePageSource source;
  source.exhausted = true;
  ObjectPool<Item> pool(source);

  EXPECT_EQ(pool.New(1), nullptr);
  source.exhausted = false;
  EXPECT_NE(pool.New(1), nullptr);
}

}  // namespace
}  // namespace flint::efi
