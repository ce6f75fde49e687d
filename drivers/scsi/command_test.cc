// SPDX-License-Identifier: Apache-2.0
#include "drivers/scsi/command.h"

#include <vector>

#include "drivers/scsi/fake_logical_unit.h"
#include "gtest/gtest.h"
#include "testing/result_matchers.h"

namespace flint::scsi {
namespace {

using ::flint::testing::IsError;
using Block = std::vector<uint8_t>;

Block BytesOf(const Command& command) {
  return {command.bytes().begin(), command.bytes().end()};
}

TEST(Command, HasTheBytesOfItsSpecification) {
  EXPECT_EQ(BytesOf(TestUnitReady()), Block(6));
  EXPECT_EQ(BytesOf(Inquiry(0x124)), (Block{0x12, 0, 0, 0x01, 0x24, 0}));
  EXPECT_EQ(BytesOf(RequestSense(18)), (Block{0x03, 0, 0, 0, 18, 0}));
  EXPECT_EQ(BytesOf(ModeSense6(4)), (Block{0x1A, 0x08, 0x3F, 0, 4, 0}));
  EXPECT_EQ(BytesOf(ReportLuns(0x01020304)),
            (Block{0xA0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 0, 0}));
  EXPECT_EQ(BytesOf(ReadCapacity10()),
            (Block{0x25, 0, 0, 0, 0, 0, 0, 0, 0, 0}));
  EXPECT_EQ(BytesOf(ReadCapacity16(32)),
            (Block{0x9E, 0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 32, 0, 0}));
  EXPECT_EQ(BytesOf(SynchronizeCache10()),
            (Block{0x35, 0, 0, 0, 0, 0, 0, 0, 0, 0}));
}

TEST(Command, TransfersByTheShortestFormThatCanSayIt) {
  EXPECT_EQ(BytesOf(Read(0xFFFF'FFFF, 0xFFFF)),
            (Block{0x28, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0xFF, 0xFF, 0}));
  EXPECT_EQ(BytesOf(Write(0x01020304, 0x0506)),
            (Block{0x2A, 0, 1, 2, 3, 4, 0, 5, 6, 0}));
  EXPECT_EQ(BytesOf(Read(0x01'0203'0405, 6)),
            (Block{0x88, 0, 0, 0, 0, 1, 2, 3, 4, 5, 0, 0, 0, 6, 0, 0}));
  EXPECT_EQ(BytesOf(Write(7, 0x1'0000)),
            (Block{0x8A, 0, 0, 0, 0, 0, 0, 0, 0, 7, 0, 1, 0, 0, 0, 0}));
}

TEST(Sense, IsReadInBothFormats) {
  EXPECT_EQ(ParseSense(FixedSenseData(FakeLogicalUnit::kNoMedium)),
            FakeLogicalUnit::kNoMedium);
  const std::array descriptor{
      std::byte{0x72}, std::byte{0x05}, std::byte{0x21}, std::byte{0x01}};
  EXPECT_EQ(ParseSense(descriptor), (Sense{Sense::kIllegalRequest, 0x21, 1}));
}

TEST(Sense, IsNoneWhereTheDataIsCutOrUnknown) {
  const auto fixed = FixedSenseData(FakeLogicalUnit::kNoMedium);
  for (size_t size = 0; size < 14; ++size) {
    EXPECT_EQ(ParseSense(std::span(fixed).first(size)), Sense{}) << size;
  }
  const std::array descriptor{
      std::byte{0x72}, std::byte{0x05}, std::byte{0x21}, std::byte{0x01}};
  for (size_t size = 0; size < 4; ++size) {
    EXPECT_EQ(ParseSense(std::span(descriptor).first(size)), Sense{}) << size;
  }
  const std::array<std::byte, 18> unknown{std::byte{0x7F}, std::byte{0x05}};
  EXPECT_EQ(ParseSense(unknown), Sense{});
}

TEST(Outcome, BecomesAnError) {
  const auto check = [](uint8_t key, uint8_t code = 0) {
    return ToStatus(
        {.status = Outcome::kCheckCondition, .sense = {key, code, 0}});
  };

  EXPECT_OK(ToStatus({}));
  EXPECT_THAT(check(Sense::kNotReady, 0x3A), IsError(ErrorCode::kNotFound));
  EXPECT_THAT(check(Sense::kNotReady), IsError(ErrorCode::kDeviceError));
  EXPECT_THAT(check(Sense::kMediumError), IsError(ErrorCode::kDeviceError));
  EXPECT_THAT(check(Sense::kIllegalRequest), IsError(ErrorCode::kUnsupported));
  EXPECT_THAT(check(Sense::kIllegalRequest, Sense::kLbaOutOfRange),
              IsError(ErrorCode::kOutOfRange));
  EXPECT_THAT(check(Sense::kDataProtect), IsError(ErrorCode::kReadOnly));
  EXPECT_THAT(check(Sense::kNoSense), IsError(ErrorCode::kDeviceError));
  EXPECT_THAT(ToStatus({.status = Outcome::kBusy}),
              IsError(ErrorCode::kDeviceError));
  EXPECT_THAT(ToStatus({.status = 0x18}), IsError(ErrorCode::kDeviceError));
}

}  // namespace
}  // namespace flint::scsi
