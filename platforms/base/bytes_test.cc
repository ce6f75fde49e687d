// SPDX-License-Identifier: Apache-2.0
#include "platforms/base/bytes.h"

#include <array>

#include "platforms/base/endian.h"
#include "testing/result_matchers.h"

namespace flint {
namespace {

using ::flint::testing::IsError;
using ::flint::testing::IsOk;

struct Header {
  uint8_t kind;
  Le32 size;
  Be16 port;
};
static_assert(sizeof(Header) == 7);
static_assert(WireType<Header>);
static_assert(!WireType<uint32_t>);

constexpr std::array kSample = {
    std::byte{7},
    std::byte{0x78},
    std::byte{0x56},
    std::byte{0x34},
    std::byte{0x12},
    std::byte{0x01},
    std::byte{0xBB},
    std::byte{0xFF},
};

TEST(ByteReader, ReadsWireIntegersInTheirOwnOrder) {
  ByteReader reader(kSample);

  ASSERT_OK_AND_ASSIGN(const Header header, reader.Read<Header>());

  EXPECT_EQ(header.kind, 7);
  EXPECT_EQ(header.size, 0x12345678u);
  EXPECT_EQ(header.port, 443);
  EXPECT_EQ(reader.remaining().size(), 1u);
}

TEST(ByteReader, FailedReadConsumesNothing) {
  ByteReader reader(Bytes(kSample).first(6));

  EXPECT_THAT(reader.Read<Header>(), IsError(ErrorCode::kTruncated));
  EXPECT_THAT(reader.ReadBytes(7), IsError(ErrorCode::kTruncated));
  EXPECT_EQ(reader.remaining().size(), 6u);
  EXPECT_THAT(reader.ReadBytes(6), IsOk());
  EXPECT_TRUE(reader.empty());
}

TEST(Slice, RejectsRangesThatOverflow) {
  EXPECT_THAT(Slice(kSample, 8, 0), IsOk());
  EXPECT_THAT(Slice(kSample, 9, 0), IsError(ErrorCode::kTruncated));
  EXPECT_THAT(Slice(kSample, 1, UINT64_MAX), IsError(ErrorCode::kTruncated));
  EXPECT_THAT(Slice(kSample, UINT64_MAX, 1), IsError(ErrorCode::kTruncated));
}

TEST(WriteWire, StoresWhatReadWireReads) {
  std::array<std::byte, 9> buffer{};
  const Header header{.kind = 1, .size = 0xCAFEBABE, .port = 80};

  ASSERT_OK(WriteWire(MutableBytes(buffer), 2, header));
  ASSERT_OK_AND_ASSIGN(const Header read, ReadWire<Header>(buffer, 2));

  EXPECT_EQ(read.size, 0xCAFEBABEu);
  EXPECT_EQ(buffer[3], std::byte{0xBE});
  EXPECT_THAT(WriteWire(MutableBytes(buffer), 3, header),
              IsError(ErrorCode::kOutOfRange));
}

TEST(AsBytes, TakesALiteralWithoutItsTerminator) {
  EXPECT_EQ(AsBytes("abc").size(), 3u);
}

}  // namespace
}  // namespace flint
