// SPDX-License-Identifier: Apache-2.0
#include "efi/variables/variable_area.h"

#include <array>
#include <cstring>
#include <string_view>
#include <vector>

#include "efi/variables/variable_format.h"
#include "testing/result_matchers.h"

namespace flint::efi {
namespace {

constexpr Guid kVendor = Guid::Of("11111111-2222-3333-4444-555555555555");
constexpr char16_t kOne[] = u"One";
constexpr char16_t kTwo[] = u"Twofold";
constexpr char16_t kThree[] = u"3";

template <size_t kSize>
VariableKey Key(const char16_t (&name)[kSize]) {
  return {std::as_bytes(std::span(name)), kVendor};
}

class VariableAreaTest : public ::testing::Test {
 protected:
  VariableAreaTest() { area.Clear(); }

  std::string_view DataOf(const VariableKey& key) {
    const auto view = area.Find(key);
    return view ? AsText(view->data) : "(none)";
  }

  std::array<std::byte, 512> memory{};
  VariableArea area{MutableBytes(memory)};
};

TEST_F(VariableAreaTest, StartsEmpty) {
  EXPECT_FALSE(area.First());
  EXPECT_EQ(area.used_bytes(), 0u);
  EXPECT_EQ(area.capacity_bytes(), 512 - sizeof(VariableFileHeader));
}

TEST_F(VariableAreaTest, AChangedVariableStaysInItsPlaceWhateverItsSize) {
  ASSERT_TRUE(area.Add(Key(kOne), 7, AsBytes("first")));
  ASSERT_TRUE(area.Add(Key(kTwo), 7, AsBytes("second")));
  ASSERT_TRUE(area.Add(Key(kThree), 3, AsBytes("third")));

  for (const std::string_view text :
       {"a much longer value than before", "x", "sixteen bytes it"}) {
    ASSERT_TRUE(area.Change(*area.Find(Key(kTwo)), 0, AsBytes(text)));

    const auto one = area.First();
    const auto two = area.After(*one);
    const auto three = area.After(*two);
    EXPECT_EQ(AsText(one->data), "first");
    EXPECT_EQ(AsText(two->data), text);
    EXPECT_EQ(AsText(three->data), "third");
    EXPECT_EQ(three->attributes, 3u);
    EXPECT_FALSE(area.After(*three));
  }
}

TEST_F(VariableAreaTest, AppendingKeepsWhatWasThere) {
  ASSERT_TRUE(area.Add(Key(kOne), 7, AsBytes("abc")));
  ASSERT_TRUE(area.Add(Key(kTwo), 7, AsBytes("after")));

  ASSERT_TRUE(area.Change(*area.Find(Key(kOne)), 3, AsBytes("defghijklmnop")));

  EXPECT_EQ(DataOf(Key(kOne)), "abcdefghijklmnop");
  EXPECT_EQ(DataOf(Key(kTwo)), "after");
}

TEST_F(VariableAreaTest, RemovingClosesTheGap) {
  ASSERT_TRUE(area.Add(Key(kOne), 7, AsBytes("first")));
  const uint64_t used = area.used_bytes();
  ASSERT_TRUE(area.Add(Key(kTwo), 7, AsBytes("second")));
  ASSERT_TRUE(area.Add(Key(kThree), 7, AsBytes("third")));

  area.Remove(*area.Find(Key(kTwo)));
  area.Remove(*area.Find(Key(kThree)));

  EXPECT_EQ(DataOf(Key(kOne)), "first");
  EXPECT_EQ(DataOf(Key(kTwo)), "(none)");
  EXPECT_EQ(area.used_bytes(), used);
}

TEST_F(VariableAreaTest, UsesAllOfItsMemoryAndNoMore) {
  const uint64_t room =
      area.capacity_bytes() - VariableArea::EntryBytes(sizeof(kOne), 0);
  const std::vector<std::byte> most(room, std::byte{1});
  const std::vector<std::byte> more(room + 1, std::byte{1});

  EXPECT_FALSE(area.Add(Key(kOne), 7, more));
  EXPECT_EQ(area.used_bytes(), 0u);
  ASSERT_TRUE(area.Add(Key(kOne), 7, most));
  EXPECT_EQ(area.free_bytes(), 0u);
  EXPECT_FALSE(area.Change(*area.First(), 0, more));
  EXPECT_FALSE(area.Change(*area.First(), most.size(), AsBytes("x")));
  EXPECT_EQ(area.First()->data.size(), most.size());
}

TEST_F(VariableAreaTest, WorksAtAnotherAddress) {
  ASSERT_TRUE(area.Add(Key(kOne), 7, AsBytes("first")));
  std::array<std::byte, 512> elsewhere = memory;
  memory.fill(std::byte{0});

  VariableArea moved{MutableBytes(elsewhere)};
  ASSERT_TRUE(moved.Add(Key(kTwo), 7, AsBytes("second")));

  EXPECT_EQ(AsText(moved.Find(Key(kOne))->data), "first");
  EXPECT_EQ(AsText(moved.Find(Key(kTwo))->data), "second");
}

TEST_F(VariableAreaTest, StaysInItsMemoryWhenThatIsOverwritten) {
  ASSERT_TRUE(area.Add(Key(kOne), 7, AsBytes("first")));
  ASSERT_TRUE(area.Add(Key(kTwo), 7, AsBytes("second")));
  const std::array<std::byte, 512> good = memory;

  for (size_t i = 0; i < 120; ++i) {
    for (const int value : {0x00, 0x01, 0x7F, 0xFF}) {
      memory = good;
      memory[i] = static_cast<std::byte>(value);
      size_t count = 0;
      for (auto view = area.First(); view; view = area.After(*view)) ++count;
      EXPECT_LE(count, memory.size() / sizeof(VariableEntry));
      EXPECT_LE(area.Image().size(), memory.size());
      (void)area.Add(Key(kThree), 7, AsBytes("third"));
    }
  }
}

TEST_F(VariableAreaTest, TooLittleMemoryHoldsNothing) {
  std::array<std::byte, sizeof(VariableFileHeader) - 1> tiny{};
  VariableArea small{MutableBytes(tiny)};

  small.Clear();

  EXPECT_FALSE(small.Add(Key(kOne), 7, AsBytes("x")));
  EXPECT_FALSE(small.First());
  EXPECT_FALSE(small.Find(Key(kOne)));
  EXPECT_EQ(small.free_bytes(), 0u);
  EXPECT_TRUE(small.Image().empty());
}

}  // namespace
}  // namespace flint::efi
