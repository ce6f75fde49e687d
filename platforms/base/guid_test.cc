// SPDX-License-Identifier: Apache-2.0
#include "platforms/base/guid.h"

#include <array>
#include <optional>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platforms/base/bytes.h"

namespace flint {
namespace {

using ::testing::ElementsAre;

static_assert(WireType<Guid>);

// The example of mixed byte order: every byte is different.
constexpr Guid kSample = Guid::Of("00112233-4455-6677-8899-aabbccddeeff");

TEST(Guid, IsStoredInMixedByteOrder) {
  EXPECT_THAT(kSample.bytes,
              ElementsAre(0x33,
                          0x22,
                          0x11,
                          0x00,
                          0x55,
                          0x44,
                          0x77,
                          0x66,
                          0x88,
                          0x99,
                          0xaa,
                          0xbb,
                          0xcc,
                          0xdd,
                          0xee,
                          0xff));
}

TEST(Guid, FormatsWhatItParsed) {
  std::array<char, Guid::kTextSize> text;

  EXPECT_EQ(kSample.FormatTo(text), "00112233-4455-6677-8899-aabbccddeeff");
}

TEST(Guid, ParsesCapitals) {
  EXPECT_EQ(Guid::Parse("00112233-4455-6677-8899-AABBCCDDEEFF"), kSample);
}

TEST(Guid, RejectsOtherText) {
  EXPECT_EQ(Guid::Parse(""), std::nullopt);
  EXPECT_EQ(Guid::Parse("00112233-4455-6677-8899-aabbccddeef"), std::nullopt);
  EXPECT_EQ(Guid::Parse("00112233-4455-6677-8899-aabbccddeeff0"), std::nullopt);
  EXPECT_EQ(Guid::Parse("00112233-4455-6677-8899-aabbccddeefg"), std::nullopt);
  EXPECT_EQ(Guid::Parse("0011223304455-6677-8899-aabbccddeeff"), std::nullopt);
  EXPECT_EQ(Guid::Parse("{0112233-4455-6677-8899-aabbccddeeff"), std::nullopt);
}

TEST(Guid, ZeroIsTheDefault) {
  EXPECT_TRUE(Guid().is_zero());
  EXPECT_FALSE(kSample.is_zero());
}

}  // namespace
}  // namespace flint
