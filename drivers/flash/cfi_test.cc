// SPDX-License-Identifier: Apache-2.0

// Finding, describing and driving a chip, against one that plays along or not.

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/clock/fake_clock.h"
#include "drivers/flash/cfi_commands.h"
#include "drivers/flash/cfi_flash.h"
#include "drivers/flash/cfi_query.h"
#include "drivers/flash/fake_cfi_chip.h"
#include "drivers/flash/find_chip.h"
#include "drivers/io/fake_device_mapper.h"
#include "testing/result_matchers.h"

namespace flint::flash {
namespace {

using ::flint::testing::IsError;

constexpr uint64_t k4GiB = uint64_t{4} << 30;
// As OVMF's template for variables has it in QEMU.
constexpr CfiGeometry kVariables = {
    .size_bytes = 0x84000, .block_bytes = 4096, .write_buffer_bytes = 256};

/// Memory that can be written, or not: no chip.
class PlainMemory final : public io::RegisterIo {
 public:
  explicit PlainMemory(bool is_writable) : is_writable_(is_writable) {}

  uint64_t size_bytes() const override { return bytes.size(); }
  uint8_t Read8(uint64_t offset) override {
    ++access_count;
    return bytes[offset];
  }
  uint16_t Read16(uint64_t) override { return 0; }
  uint32_t Read32(uint64_t) override { return 0; }
  void Write8(uint64_t offset, uint8_t value) override {
    ++access_count;
    if (is_writable_) bytes[offset] = value;
  }
  void Write16(uint64_t, uint16_t) override {}
  void Write32(uint64_t, uint32_t) override {}

  std::vector<uint8_t> bytes = std::vector<uint8_t>(kQueryWindowBytes, 0xC3);
  int access_count = 0;

 private:
  bool is_writable_;
};

TEST(QueryCfi, ReadsTheGeometryFromTheBlocks) {
  FakeCfiChip chip(kVariables);

  ASSERT_OK_AND_ASSIGN(const CfiGeometry geometry, QueryCfi(chip));

  EXPECT_EQ(geometry.size_bytes, kVariables.size_bytes);
  EXPECT_EQ(geometry.block_bytes, kVariables.block_bytes);
  EXPECT_EQ(geometry.write_buffer_bytes, kVariables.write_buffer_bytes);
  EXPECT_TRUE(chip.is_in_read_mode());
}

TEST(QueryCfi, LeavesMemoryAsItWas) {
  for (const bool is_writable : {false, true}) {
    PlainMemory memory(is_writable);
    const std::vector<uint8_t> before = memory.bytes;

    EXPECT_THAT(QueryCfi(memory), IsError(ErrorCode::kNotFound));

    EXPECT_EQ(memory.bytes, before);
    EXPECT_LE(memory.access_count, 6);
  }
}

TEST(QueryCfi, DoesNotTakeDataForAnAnswer) {
  PlainMemory memory(false);
  std::ranges::copy(std::string_view("QRY"),
                    memory.bytes.begin() + cfi::query::kSignature);

  EXPECT_THAT(QueryCfi(memory), IsError(ErrorCode::kNotFound));
}

TEST(QueryCfi, RefusesWhatItCannotUse) {
  struct Case {
    uint64_t offset;
    uint8_t value;
    ErrorCode error;
  };
  const Case cases[] = {
      {cfi::query::kSignature + 2, 'Z', ErrorCode::kNotFound},
      {cfi::query::kCommandSet, 2, ErrorCode::kNotFound},
      {cfi::query::kRegionCount, 2, ErrorCode::kUnsupported},
      {cfi::query::kRegionCount, 0, ErrorCode::kUnsupported},
      {cfi::query::kRegionBlockSize, 3, ErrorCode::kUnsupported},
  };
  for (const Case& c : cases) {
    FakeCfiChip chip(kVariables);
    chip.query_table()[c.offset] = c.value;

    EXPECT_THAT(QueryCfi(chip), IsError(c.error)) << c.offset;
  }
}

TEST(FindVariableChip, FindsTheOneBelowTheFirmware) {
  const CfiGeometry code{
      .size_bytes = 0x37C000, .block_bytes = 4096, .write_buffer_bytes = 256};
  FakeCfiChip firmware(code);
  FakeCfiChip variables(kVariables);
  io::FakeDeviceMapper mapper;
  mapper.AddWindow(k4GiB - 0x37C000, firmware);
  mapper.AddWindow(k4GiB - 0x400000, variables);

  ASSERT_OK_AND_ASSIGN(const Chip chip, FindVariableChip(mapper));

  EXPECT_EQ(chip.address, k4GiB - 0x400000);
  EXPECT_EQ(chip.geometry.size_bytes, 0x84000u);
}

TEST(FindVariableChip, NeedsBothChips) {
  PlainMemory rom(false);
  io::FakeDeviceMapper mapper;
  mapper.AddWindow(k4GiB - kQueryWindowBytes, rom);
  EXPECT_THAT(FindVariableChip(mapper), IsError(ErrorCode::kNotFound));

  FakeCfiChip firmware(kVariables);
  PlainMemory nothing(false);
  io::FakeDeviceMapper one;
  one.AddWindow(k4GiB - 0x84000, firmware);
  one.AddWindow(k4GiB - 0x85000, nothing);
  EXPECT_THAT(FindVariableChip(one), IsError(ErrorCode::kNotFound));
}

TEST(FindVariableChip, StaysWithinSixteenMebibytes) {
  FakeCfiChip firmware(kVariables);
  firmware.query_table()[cfi::query::kRegionBlocks + 1] = 0xFF;
  io::FakeDeviceMapper mapper;
  mapper.AddWindow(k4GiB - 0x84000, firmware);

  EXPECT_THAT(FindVariableChip(mapper), IsError(ErrorCode::kUnsupported));
}

class CfiFlashTest : public ::testing::TestWithParam<uint32_t> {
 protected:
  static std::string Text(size_t size) {
    std::string text(size, '\0');
    for (size_t i = 0; i < size; ++i) text[i] = static_cast<char>(i * 7 + 1);
    return text;
  }

  std::string Read(Flash& flash, uint64_t offset, size_t size) {
    std::string text(size, '?');
    EXPECT_OK(flash.Read(offset, std::as_writable_bytes(std::span(text))));
    return text;
  }

  const CfiGeometry geometry{.size_bytes = 0x4000,
                             .block_bytes = 4096,
                             .write_buffer_bytes = GetParam()};
  FakeCfiChip chip{geometry};
  clock::FakeClock clock;
};

TEST_P(CfiFlashTest, ReadsBackWhatItProgrammedAtAnyOffset) {
  for (const uint64_t offset : {0u, 1u, 255u, 257u, 4094u}) {
    for (const size_t size : {1u, 3u, 4u, 5u, 300u}) {
      std::ranges::fill(chip.contents(), uint8_t{0xFF});
      const std::string text = Text(size);
      CfiFlash flash(chip, geometry, clock);

      ASSERT_OK(flash.Program(offset, AsBytes(text)));

      EXPECT_EQ(Read(flash, offset, size), text);
      EXPECT_EQ(std::ranges::count(chip.contents(), 0xFF),
                0x4000 - std::ssize(text) + std::ranges::count(text, '\xFF'));
    }
  }
}

TEST_P(CfiFlashTest, ErasesOneBlock) {
  std::ranges::fill(chip.contents(), uint8_t{0});
  CfiFlash flash(chip, geometry, clock);

  ASSERT_OK(flash.EraseBlock(0x1000));

  EXPECT_EQ(Read(flash, 0xFFF, 2), std::string("\0\xFF", 2));
  EXPECT_EQ(Read(flash, 0x1FFF, 2), std::string("\xFF\0", 2));
}

TEST_P(CfiFlashTest, ChangesModesNoMoreThanItHasTo) {
  {
    CfiFlash flash(chip, geometry, clock);
    (void)Read(flash, 0, 100);
    ASSERT_OK(flash.Program(0, AsBytes(Text(600))));
    ASSERT_OK(flash.EraseBlock(0x1000));
    EXPECT_FALSE(chip.is_in_read_mode());
  }

  EXPECT_TRUE(chip.is_in_read_mode());
  EXPECT_EQ(chip.mode_changes(), 1);
}

TEST_P(CfiFlashTest, WaitsForAChipThatIsSlow) {
  chip.busy_reads = 5;
  const std::string text = Text(600);
  CfiFlash flash(chip, geometry, clock);

  ASSERT_OK(flash.EraseBlock(0x1000));
  ASSERT_OK(flash.Program(0, AsBytes(text)));

  EXPECT_EQ(Read(flash, 0, text.size()), text);
}

TEST_P(CfiFlashTest, GivesUpOnAChipThatNeverGetsReady) {
  clock::FakeClock slow(clock::kNanosecondsPerMillisecond);
  chip.is_stuck = true;
  {
    CfiFlash flash(chip, geometry, slow);
    EXPECT_THAT(flash.EraseBlock(0), IsError(ErrorCode::kTimedOut));
    EXPECT_THAT(flash.Program(0, AsBytes(Text(1))),
                IsError(ErrorCode::kTimedOut));
  }
  EXPECT_TRUE(chip.is_in_read_mode());
}

TEST_P(CfiFlashTest, TellsThatAChipIsWriteProtectedAndRecovers) {
  std::ranges::fill(chip.contents(), uint8_t{0xF0});
  chip.is_write_protected = true;
  CfiFlash flash(chip, geometry, clock);

  EXPECT_THAT(flash.EraseBlock(0), IsError(ErrorCode::kDeviceError));
  EXPECT_THAT(flash.Program(0, AsBytes(std::string(40, '\0'))),
              IsError(ErrorCode::kDeviceError));
  chip.is_write_protected = false;

  EXPECT_OK(flash.Program(0, AsBytes(std::string(40, '\0'))));
}

INSTANTIATE_TEST_SUITE_P(All, CfiFlashTest, ::testing::Values(0u, 32u, 256u));

}  // namespace
}  // namespace flint::flash
