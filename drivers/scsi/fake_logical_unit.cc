// SPDX-License-Identifier: Apache-2.0
#include "drivers/scsi/fake_logical_unit.h"

#include <algorithm>

#include "gtest/gtest.h"

namespace flint::scsi {
namespace {

constexpr uint8_t kCheckCondition = 2;
constexpr Sense kIllegal{Sense::kIllegalRequest, 0x20, 0x00};

uint64_t BigEndian(std::span<const uint8_t> bytes) {
  uint64_t value = 0;
  for (const uint8_t byte : bytes) value = value << 8 | byte;
  return value;
}

void AppendBigEndian(uint64_t value,
                     size_t size_bytes,
                     std::vector<std::byte>& out) {
  for (size_t i = size_bytes; i-- > 0;) {
    out.push_back(static_cast<std::byte>(value >> (8 * i)));
  }
}

FakeLogicalUnit::Answer Check(const Sense& sense) {
  return {.status = kCheckCondition, .sense = sense};
}

}  // namespace

std::vector<std::byte> FixedSenseData(const Sense& sense) {
  std::vector<std::byte> data(18);
  data[0] = std::byte{0xF0};
  data[2] = std::byte{sense.key};
  data[7] = std::byte{10};
  data[12] = std::byte{sense.code};
  data[13] = std::byte{sense.qualifier};
  return data;
}

FakeLogicalUnit::Answer FakeLogicalUnit::Run(std::span<const uint8_t> command,
                                             Bytes written) {
  operations_.push_back(command[0]);
  const bool is_inquiry = command[0] == 0x12;
  const bool is_told = !is_inquiry && !attentions_.empty();
  Answer answer =
      is_told ? Check(attentions_.front()) : Perform(command, written);
  if (is_told) attentions_.pop_front();
  last_sense_ = answer.sense;
  if (const auto cut = cuts_.find(command[0]); cut != cuts_.end()) {
    answer.data.resize(std::min(answer.data.size(), cut->second));
  }
  return answer;
}

FakeLogicalUnit::Answer FakeLogicalUnit::Perform(
    std::span<const uint8_t> command, Bytes written) {
  const uint8_t operation = command[0];
  const bool needs_medium = operation != 0x12 && operation != 0x1A;
  if (needs_medium && !options_.has_medium) return Check(kNoMedium);
  if (needs_medium && polls_until_ready_ > 0) {
    --polls_until_ready_;
    return Check(kBecomingReady);
  }
  Answer answer;
  switch (operation) {
    case 0x00:
      return {};
    case 0x12:
      answer.data.resize(36);
      answer.data[0] = std::byte{options_.type};
      answer.data[1] = std::byte(options_.removable ? 0x80 : 0);
      answer.data.resize(
          std::min<size_t>(36, BigEndian(command.subspan(3, 2))));
      return answer;
    case 0x1A:
      return ModeSense();
    case 0x25:
      AppendBigEndian(std::min<uint64_t>(options_.block_count - 1, UINT32_MAX),
                      4,
                      answer.data);
      AppendBigEndian(options_.block_size_bytes, 4, answer.data);
      return answer;
    case 0x9E:
      EXPECT_EQ(command[1], 0x10);
      AppendBigEndian(options_.block_count - 1, 8, answer.data);
      AppendBigEndian(options_.block_size_bytes, 4, answer.data);
      answer.data.resize(BigEndian(command.subspan(10, 4)));
      return answer;
    case 0x28:
    case 0x2A:
      return Transfer(operation == 0x2A,
                      BigEndian(command.subspan(2, 4)),
                      BigEndian(command.subspan(7, 2)),
                      written);
    case 0x88:
    case 0x8A:
      if (options_.type == kCdRom) return Check(kIllegal);
      return Transfer(operation == 0x8A,
                      BigEndian(command.subspan(2, 8)),
                      BigEndian(command.subspan(10, 4)),
                      written);
    case 0x35:
      ++flush_count_;
      return {};
    default:
      ADD_FAILURE() << "command " << int{operation};
      return Check(kIllegal);
  }
}

FakeLogicalUnit::Answer FakeLogicalUnit::ModeSense() const {
  if (!options_.knows_mode_sense) return Check(kIllegal);
  Answer answer;
  answer.data.resize(4);
  answer.data[2] = std::byte(options_.write_protected ? 0x80 : 0);
  return answer;
}

FakeLogicalUnit::Answer FakeLogicalUnit::Transfer(bool write,
                                                  uint64_t lba,
                                                  uint64_t count,
                                                  Bytes written) {
  EXPECT_NE(count, 0u);
  if (lba >= options_.block_count || count > options_.block_count - lba) {
    ADD_FAILURE() << "transfer beyond the end";
    return Check({Sense::kIllegalRequest, Sense::kLbaOutOfRange, 0});
  }
  const auto failure = failures_.lower_bound(lba);
  if (failure != failures_.end() && failure->first < lba + count) {
    return Check(failure->second);
  }
  const MutableBytes place = contents_.subspan(
      lba * options_.block_size_bytes, count * options_.block_size_bytes);
  if (!write) return {.data = {place.begin(), place.end()}};
  if (options_.write_protected) return Check({Sense::kDataProtect, 0x27, 0});
  EXPECT_EQ(written.size(), place.size());
  std::ranges::copy(written.first(std::min(written.size(), place.size())),
                    place.begin());
  return {};
}

}  // namespace flint::scsi
