// SPDX-License-Identifier: Apache-2.0
#include "platforms/base/arena.h"

#include <array>

#include "testing/result_matchers.h"

namespace flint {
namespace {

using ::flint::testing::IsError;

TEST(Arena, AlignsAndZeroesWhatItHandsOut) {
  alignas(8) std::array<std::byte, 64> memory;
  memory.fill(std::byte{0xAA});
  Arena arena(memory);

  ASSERT_OK_AND_ASSIGN(const auto odd, arena.AllocateArray<char>(3));
  ASSERT_OK_AND_ASSIGN(const auto words, arena.AllocateArray<uint64_t>(2));

  EXPECT_EQ(odd.size(), 3u);
  EXPECT_EQ(words[0], 0u);
  EXPECT_EQ(words[1], 0u);
  EXPECT_EQ(arena.free_bytes(), 64u - 24u);
}

struct Pair {
  char first;
  uint64_t second;
};

TEST(Arena, CreatesObjectsInPlace) {
  alignas(8) std::array<std::byte, 64> memory;
  Arena arena(memory);
  ASSERT_OK(arena.CopyText("x"));

  ASSERT_OK_AND_ASSIGN(const Pair* const pair, arena.Create<Pair>('a', 7u));

  EXPECT_EQ(pair->first, 'a');
  EXPECT_EQ(pair->second, 7u);
  EXPECT_EQ(arena.free_bytes(), 64u - 8u - 16u);
}

TEST(Arena, FailsWhenFullAndStaysUsable) {
  std::array<std::byte, 16> memory;
  Arena arena(memory);

  EXPECT_THAT(arena.AllocateArray<char>(17), IsError(ErrorCode::kNoMemory));
  EXPECT_THAT(arena.AllocateArray<uint64_t>(SIZE_MAX),
              IsError(ErrorCode::kNoMemory));
  ASSERT_OK_AND_ASSIGN(const std::string_view text, arena.CopyText("flint"));
  EXPECT_EQ(text, "flint");
}

}  // namespace
}  // namespace flint
