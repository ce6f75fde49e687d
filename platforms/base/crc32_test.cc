// SPDX-License-Identifier: Apache-2.0
#include "platforms/base/crc32.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "gtest/gtest.h"
#include "platforms/base/bytes.h"

namespace flint {
namespace {

constexpr std::string_view kFox = "The quick brown fox jumps over the lazy dog";

TEST(Crc32, MatchesTheCatalogueCheckValue) {
  EXPECT_EQ(Crc32(AsBytes("123456789")), 0xcbf43926u);
}

TEST(Crc32, MatchesLongerText) { EXPECT_EQ(Crc32(AsBytes(kFox)), 0x414fa339u); }

TEST(Crc32, OfNothingIsZero) { EXPECT_EQ(Crc32({}), 0u); }

TEST(Crc32, ContinuesAtEveryCut) {
  const Bytes all = AsBytes(kFox);
  for (size_t cut = 0; cut <= all.size(); ++cut) {
    EXPECT_EQ(Crc32(all.subspan(cut), Crc32(all.first(cut))), 0x414fa339u)
        << cut;
  }
}

}  // namespace
}  // namespace flint
