// SPDX-License-Identifier: Apache-2.0
#include "drivers/scsi/logical_unit.h"

#include <algorithm>
#include <array>
#include <vector>

#include "drivers/clock/fake_clock.h"
#include "drivers/scsi/fake_logical_unit.h"
#include "gtest/gtest.h"
#include "testing/result_matchers.h"

namespace flint::scsi {
namespace {

using ::flint::testing::IsError;

/// Runs commands on a fake unit by way of nothing.
class DirectRunner final : public CommandRunner {
 public:
  explicit DirectRunner(FakeLogicalUnit& unit) : unit_(unit) {}

  /// From then on nobody runs them.
  void FailAfter(int commands) { commands_left_ = commands; }

  Result<Outcome> Run(const Command& command, MutableBytes answer) override {
    if (commands_left_-- == 0) {
      return Fail(ErrorCode::kTimedOut, "injected failure");
    }
    const FakeLogicalUnit::Answer got = unit_.Run(command.bytes(), {});
    const size_t size = std::min(answer.size(), got.data.size());
    std::ranges::copy(std::span(got.data).first(size), answer.begin());
    return Outcome{
        .status = got.status, .sense = got.sense, .answer_bytes = size};
  }

 private:
  FakeLogicalUnit& unit_;
  int commands_left_ = -1;
};

class LogicalUnitTest : public ::testing::Test {
 protected:
  Result<std::optional<LogicalUnit>> IdentifyUnit() {
    return Identify(runner_, clock_);
  }

  FakeLogicalUnit unit_{{.block_count = 1000}, {}};
  DirectRunner runner_{unit_};
  clock::FakeClock clock_{100'000};
};

TEST_F(LogicalUnitTest, IsADisk) {
  ASSERT_OK_AND_ASSIGN(const auto unit, IdentifyUnit());

  ASSERT_TRUE(unit.has_value());
  EXPECT_EQ(unit->type, LogicalUnit::Type::kDisk);
  EXPECT_EQ(unit->geometry.block_size_bytes, 512u);
  EXPECT_EQ(unit->geometry.block_count, 1000u);
  EXPECT_FALSE(unit->geometry.read_only);
  EXPECT_FALSE(unit->geometry.removable);
}

TEST_F(LogicalUnitTest, IsACdRom) {
  unit_.options() = {.type = FakeLogicalUnit::kCdRom,
                     .removable = true,
                     .block_size_bytes = 2048,
                     .block_count = 7};

  ASSERT_OK_AND_ASSIGN(const auto unit, IdentifyUnit());

  ASSERT_TRUE(unit.has_value());
  EXPECT_EQ(unit->type, LogicalUnit::Type::kCdRom);
  EXPECT_EQ(unit->geometry.block_size_bytes, 2048u);
  EXPECT_TRUE(unit->geometry.read_only);
  EXPECT_TRUE(unit->geometry.removable);
}

TEST_F(LogicalUnitTest, IsLargerThanShortCommandsCanSay) {
  unit_.options().block_count = uint64_t{1} << 33;
  unit_.options().block_size_bytes = 4096;

  ASSERT_OK_AND_ASSIGN(const auto unit, IdentifyUnit());

  ASSERT_TRUE(unit.has_value());
  EXPECT_EQ(unit->geometry.block_count, uint64_t{1} << 33);
  EXPECT_EQ(unit->geometry.block_size_bytes, 4096u);
}

TEST_F(LogicalUnitTest, MayBeWriteProtectedOrNotKnow) {
  unit_.options().write_protected = true;
  ASSERT_OK_AND_ASSIGN(auto unit, IdentifyUnit());
  EXPECT_TRUE(unit->geometry.read_only);

  unit_.options().knows_mode_sense = false;
  ASSERT_OK_AND_ASSIGN(unit, IdentifyUnit());
  EXPECT_FALSE(unit->geometry.read_only);
}

TEST_F(LogicalUnitTest, IsNothingToBootFrom) {
  unit_.options().type = FakeLogicalUnit::kTape;
  ASSERT_OK_AND_ASSIGN(auto unit, IdentifyUnit());
  EXPECT_FALSE(unit.has_value());

  // What a target answers for a unit that it does not have.
  unit_.options().type = 0x7F;
  ASSERT_OK_AND_ASSIGN(unit, IdentifyUnit());
  EXPECT_FALSE(unit.has_value());

  unit_.options() = {.type = FakeLogicalUnit::kCdRom, .has_medium = false};
  ASSERT_OK_AND_ASSIGN(unit, IdentifyUnit());
  EXPECT_FALSE(unit.has_value());
}

TEST_F(LogicalUnitTest, HearsOutWhatTheUnitHasToTell) {
  unit_.attentions().assign(5, FakeLogicalUnit::kWasReset);

  ASSERT_OK_AND_ASSIGN(const auto unit, IdentifyUnit());

  EXPECT_TRUE(unit.has_value());
}

TEST_F(LogicalUnitTest, DoesNotListenForEver) {
  unit_.attentions().assign(1000, FakeLogicalUnit::kWasReset);

  EXPECT_THAT(IdentifyUnit(), IsError(ErrorCode::kDeviceError));
}

TEST_F(LogicalUnitTest, WaitsUntilTheUnitIsReadyButNotForEver) {
  unit_.polls_until_ready() = 20;
  ASSERT_OK_AND_ASSIGN(const auto unit, IdentifyUnit());
  EXPECT_TRUE(unit.has_value());

  unit_.polls_until_ready() = 1'000'000;
  EXPECT_THAT(IdentifyUnit(), IsError(ErrorCode::kTimedOut));
}

TEST_F(LogicalUnitTest, SaysWhyItIsNotReady) {
  unit_.attentions() = {{Sense::kHardwareError, 0x44, 0}};

  EXPECT_THAT(IdentifyUnit(), IsError(ErrorCode::kDeviceError));
}

TEST_F(LogicalUnitTest, RefusesBlocksOfOtherSizes) {
  for (const uint32_t size : {0u, 256u, 520u, 2352u, 65536u}) {
    unit_.options().block_size_bytes = size;
    EXPECT_THAT(IdentifyUnit(), IsError(ErrorCode::kUnsupported)) << size;
  }
}

TEST_F(LogicalUnitTest, RefusesAnImpossibleCapacity) {
  unit_.options().block_count = 0;
  EXPECT_THAT(IdentifyUnit(), IsError(ErrorCode::kCorrupt));

  unit_.options().block_count = UINT64_MAX / 512 + 1;
  EXPECT_THAT(IdentifyUnit(), IsError(ErrorCode::kCorrupt));
}

TEST_F(LogicalUnitTest, RefusesAnswersThatAreTooShort) {
  for (const uint8_t operation : {uint8_t{0x12}, uint8_t{0x25}}) {
    FakeLogicalUnit unit({.block_count = 1000}, {});
    unit.CutAnswers(operation, 7);
    DirectRunner runner(unit);
    EXPECT_THAT(Identify(runner, clock_), IsError(ErrorCode::kTruncated));
  }
}

TEST_F(LogicalUnitTest, FailsAsItsRunnerDoes) {
  for (int commands = 0; commands < 5; ++commands) {
    unit_.attentions() = {FakeLogicalUnit::kWasReset};
    runner_.FailAfter(commands);
    EXPECT_THAT(IdentifyUnit(), IsError(ErrorCode::kTimedOut)) << commands;
  }
}

TEST(LunListTest, YieldsNumbersOfBothFormsAndLeavesOutOthers) {
  const auto answer = std::to_array<uint8_t>({
      0,    0, 0, 40, 0, 0, 0, 0,  //
      0,    5, 0, 0,  0, 0, 0, 0,  // a simple number
      0x41, 2, 0, 0,  0, 0, 0, 0,  // a flat one
      1,    5, 0, 0,  0, 0, 0, 0,  // behind another bus
      0,    5, 0, 1,  0, 0, 0, 0,  // of several levels
      0xC1, 0, 0, 0,  0, 0, 0, 0,  // of another form
      0,    9, 0, 0,  0, 0, 0, 0,  // beyond the list's length
  });
  ASSERT_OK_AND_ASSIGN(LunList list,
                       LunList::Parse(std::as_bytes(std::span(answer))));

  EXPECT_EQ(list.Next(), 5);
  EXPECT_EQ(list.Next(), 0x102);
  EXPECT_EQ(list.Next(), std::nullopt);
}

TEST(LunListTest, EndsWithTheAnswerWhateverLengthItClaims) {
  std::array<std::byte, 24> answer{};
  std::ranges::fill(std::span(answer).first(4), std::byte{0xFF});
  for (size_t size = 0; size <= answer.size(); ++size) {
    auto list = LunList::Parse(std::span(answer).first(size));
    ASSERT_EQ(list.has_value(), size >= 4) << size;
    if (!list) continue;
    size_t count = 0;
    while (list->Next()) ++count;
    EXPECT_EQ(count, size < 8 ? 0 : (size - 8) / 8) << size;
  }
}

}  // namespace
}  // namespace flint::scsi
