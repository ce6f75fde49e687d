// SPDX-License-Identifier: Apache-2.0
#include "platforms/runtime/byte_operations.h"

#include <algorithm>
#include <array>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace flint::runtime {
namespace {

constexpr size_t kMargin = 16;
// Both sides of the threshold, and lengths that leave every remainder.
constexpr auto kSizes = std::to_array<size_t>(
    {0, 1, 2, 7, 8, 9, 15, 16, 63, 127, 128, 129, 255, 1000});

std::vector<std::byte> Pattern(size_t size) {
  std::vector<std::byte> bytes(size);
  for (size_t i = 0; i < size; ++i) bytes[i] = std::byte(i * 7 + 3);
  return bytes;
}

TEST(ByteOperations, CopyWritesEveryByteAndNothingElse) {
  for (const size_t size : kSizes) {
    const std::vector<std::byte> source = Pattern(size + kMargin);
    std::vector<std::byte> target(size + 2 * kMargin, std::byte{0xEE});
    std::vector<std::byte> expected = target;
    std::copy_n(source.begin() + 1, size, expected.begin() + kMargin);

    CopyForward(target.data() + kMargin, source.data() + 1, size);

    EXPECT_EQ(target, expected) << size;
  }
}

TEST(ByteOperations, MoveIsRightForEveryOverlap) {
  for (const size_t size : kSizes) {
    for (size_t to = 0; to <= 2 * kMargin; ++to) {
      std::vector<std::byte> bytes = Pattern(size + 2 * kMargin);
      std::vector<std::byte> expected = bytes;
      const std::vector<std::byte> moved(
          bytes.begin() + kMargin,
          bytes.begin() + static_cast<ptrdiff_t>(kMargin + size));
      std::ranges::copy(moved, expected.begin() + static_cast<ptrdiff_t>(to));

      Move(bytes.data() + to, bytes.data() + kMargin, size);

      EXPECT_EQ(bytes, expected) << size << " to " << to;
    }
  }
}

TEST(ByteOperations, FillWritesEveryByteAndNothingElse) {
  for (const size_t size : kSizes) {
    std::vector<std::byte> target(size + 2 * kMargin, std::byte{0xEE});
    std::vector<std::byte> expected = target;
    std::fill_n(expected.begin() + kMargin, size, std::byte{0x91});

    Fill(target.data() + kMargin, std::byte{0x91}, size);

    EXPECT_EQ(target, expected) << size;
  }
}

TEST(ByteOperations, CompareOrdersByTheFirstDifference) {
  for (const size_t size : kSizes) {
    const std::vector<std::byte> a = Pattern(size);
    EXPECT_EQ(Compare(a.data(), a.data(), size), 0);
    for (size_t i = 0; i < size; ++i) {
      std::vector<std::byte> b = a;
      b[i] ^= std::byte{0x80};
      // What comes after must not matter.
      if (i + 1 < size) b[i + 1] ^= std::byte{0xFF};
      const int expected = a[i] < b[i] ? -1 : 1;
      EXPECT_EQ(Compare(a.data(), b.data(), size), expected) << size << i;
      EXPECT_EQ(Compare(b.data(), a.data(), size), -expected) << size << i;
      EXPECT_EQ(Compare(a.data(), b.data(), i), 0) << size << i;
    }
  }
}

TEST(ByteOperations, FindGivesTheFirstWithinTheSize) {
  const auto bytes =
      std::to_array({std::byte{1}, std::byte{2}, std::byte{3}, std::byte{2}});

  EXPECT_EQ(Find(bytes.data(), std::byte{2}, 4), bytes.data() + 1);
  EXPECT_EQ(Find(bytes.data(), std::byte{3}, 2), nullptr);
  EXPECT_EQ(Find(bytes.data(), std::byte{1}, 0), nullptr);
}

}  // namespace
}  // namespace flint::runtime
