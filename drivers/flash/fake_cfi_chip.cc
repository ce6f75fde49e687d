// SPDX-License-Identifier: Apache-2.0
#include "drivers/flash/fake_cfi_chip.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "drivers/flash/cfi_commands.h"
#include "gtest/gtest.h"

namespace flint::flash {
namespace {

void PutField16(std::vector<uint8_t>& table, uint64_t offset, uint64_t value) {
  table[offset] = static_cast<uint8_t>(value);
  table[offset + 1] = static_cast<uint8_t>(value >> 8);
}

std::vector<uint8_t> MakeQueryTable(const CfiGeometry& geometry) {
  namespace query = cfi::query;
  std::vector<uint8_t> table(0x100);
  table[query::kSignature] = 'Q';
  table[query::kSignature + 1] = 'R';
  table[query::kSignature + 2] = 'Y';
  PutField16(table, query::kCommandSet, query::kIntelExtended);
  // The size as a power of two, wrong as in QEMU.
  table[0x27] = static_cast<uint8_t>(std::countr_zero(geometry.size_bytes));
  const uint32_t buffer = geometry.write_buffer_bytes;
  PutField16(table,
             query::kWriteBuffer,
             buffer == 0 ? 0u : std::bit_width(buffer) - 1);
  table[query::kRegionCount] = 1;
  PutField16(table,
             query::kRegionBlocks,
             geometry.size_bytes / geometry.block_bytes - 1);
  PutField16(table, query::kRegionBlockSize, geometry.block_bytes / 256);
  return table;
}

}  // namespace

FakeCfiChip::FakeCfiChip(const CfiGeometry& geometry)
    : geometry_(geometry),
      contents_(geometry.size_bytes, 0xFF),
      query_table_(MakeQueryTable(geometry)) {}

uint8_t FakeCfiChip::Status() {
  if (is_stuck) return 0;
  if (busy_left_ > 0) {
    --busy_left_;
    return 0;
  }
  return cfi::status::kReady | errors_;
}

uint8_t FakeCfiChip::Read8(uint64_t offset) {
  ++access_count_;
  switch (mode_) {
    case Mode::kReadArray:
      return contents_.at(offset);
    case Mode::kQuery:
      return query_table_[offset % query_table_.size()];
    case Mode::kStatus:
    case Mode::kBufferLength:
      return Status();
    case Mode::kByte:
    case Mode::kBufferData:
    case Mode::kBufferConfirm:
    case Mode::kEraseConfirm:
      break;
  }
  ADD_FAILURE() << "read in the middle of a command";
  return 0x55;
}

uint16_t FakeCfiChip::Read16(uint64_t) {
  ADD_FAILURE() << "a 16-bit read";
  return 0;
}

uint32_t FakeCfiChip::Read32(uint64_t offset) {
  ++access_count_;
  if (mode_ != Mode::kReadArray) {
    ADD_FAILURE() << "data read while it shows its status";
  }
  if (offset % 4 != 0 || offset + 4 > contents_.size()) {
    ADD_FAILURE() << "no word at " << offset;
    return 0;
  }
  uint32_t value = 0;
  std::memcpy(&value, contents_.data() + offset, sizeof(value));
  return value;
}

void FakeCfiChip::Write16(uint64_t, uint16_t) {
  ADD_FAILURE() << "a 16-bit write";
}

void FakeCfiChip::Write32(uint64_t, uint32_t) {
  ADD_FAILURE() << "a 32-bit write";
}

void FakeCfiChip::Write8(uint64_t offset, uint8_t value) {
  ++access_count_;
  ASSERT_LT(offset, contents_.size());
  switch (mode_) {
    case Mode::kByte:
      Program(offset, value);
      return Finish(is_write_protected ? cfi::status::kProgramError : 0);
    case Mode::kBufferLength:
      ASSERT_EQ(busy_left_, 0) << "the buffer was not free";
      buffer_room_ = value + size_t{1};
      buffer_.clear();
      mode_ = Mode::kBufferData;
      return;
    case Mode::kBufferData:
      return AddToBuffer(offset, value);
    case Mode::kBufferConfirm:
      EXPECT_EQ(value, cfi::kConfirm);
      for (size_t i = 0; i < buffer_.size(); ++i) {
        Program(buffer_start_ + i, buffer_[i]);
      }
      return Finish(is_write_protected ? cfi::status::kProgramError : 0);
    case Mode::kEraseConfirm:
      EXPECT_EQ(value, cfi::kConfirm);
      Erase(offset);
      return Finish(is_write_protected ? cfi::status::kEraseError : 0);
    case Mode::kReadArray:
    case Mode::kQuery:
    case Mode::kStatus:
      return Command(offset, value);
  }
}

void FakeCfiChip::Command(uint64_t offset, uint8_t value) {
  if (mode_ == Mode::kReadArray && value != cfi::kReadArray) ++mode_changes_;
  // Only these are for a chip that is still at work.
  if (value == cfi::kReadArray) {
    mode_ = Mode::kReadArray;
    return;
  }
  if (!is_stuck) {
    EXPECT_EQ(busy_left_, 0) << "a command while the last one goes on";
  }
  switch (value) {
    case cfi::kQuery:
      mode_ = Mode::kQuery;
      return;
    case cfi::kReadStatus:
    case cfi::kClearStatus:
      if (value == cfi::kClearStatus) errors_ = 0;
      mode_ = Mode::kStatus;
      return;
    case cfi::kProgramByte:
    case cfi::kProgramByteAlternative:
      mode_ = Mode::kByte;
      return;
    case cfi::kProgramBuffer:
      EXPECT_NE(geometry_.write_buffer_bytes, 0u);
      mode_ = Mode::kBufferLength;
      buffer_start_ = offset;
      busy_left_ = 0;
      return;
    case cfi::kEraseBlock:
      mode_ = Mode::kEraseConfirm;
      return;
    default:
      ADD_FAILURE() << "no such command: " << int{value};
  }
}

void FakeCfiChip::AddToBuffer(uint64_t offset, uint8_t value) {
  ASSERT_NE(geometry_.write_buffer_bytes, 0u);
  EXPECT_EQ(offset, buffer_start_ + buffer_.size());
  EXPECT_EQ(offset / geometry_.write_buffer_bytes,
            buffer_start_ / geometry_.write_buffer_bytes)
      << "the buffer crosses a boundary";
  buffer_.push_back(value);
  if (buffer_.size() == buffer_room_) mode_ = Mode::kBufferConfirm;
}

void FakeCfiChip::Program(uint64_t offset, uint8_t value) {
  if (is_write_protected || is_stuck) return;
  uint8_t& place = contents_.at(offset);
  if ((place & value) != value) {
    ADD_FAILURE() << "bits that are 0 cannot become 1, at " << offset;
  }
  place &= value;
}

void FakeCfiChip::Erase(uint64_t offset) {
  if (is_write_protected || is_stuck) return;
  const uint64_t start = offset / geometry_.block_bytes * geometry_.block_bytes;
  std::fill_n(contents_.begin() + static_cast<ptrdiff_t>(start),
              geometry_.block_bytes,
              uint8_t{0xFF});
}

void FakeCfiChip::Finish(uint8_t error) {
  errors_ |= error;
  busy_left_ = busy_reads;
  mode_ = Mode::kStatus;
}

}  // namespace flint::flash
