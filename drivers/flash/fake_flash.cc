// SPDX-License-Identifier: Apache-2.0
#include "drivers/flash/fake_flash.h"

#include <cstring>

#include "gtest/gtest.h"

namespace flint::flash {
namespace {

Result<void> NoPower() { return Fail(ErrorCode::kDeviceError, "power is off"); }

}  // namespace

void FakeFlash::CountWrite() {
  if (cut_at_ && write_count_ == *cut_at_) is_off_ = true;
  ++write_count_;
}

bool FakeFlash::Reaches(size_t index, size_t size) const {
  switch (tear_) {
    case Tear::kNothing:
      return false;
    case Tear::kFront:
      return index < size / 2;
    case Tear::kScattered:
      return (index * 2654435761U >> 7 & 1) != 0;
    case Tear::kAll:
      return true;
  }
  return true;
}

Status FakeFlash::DoRead(uint64_t offset, MutableBytes out) {
  if (is_off_) return NoPower();
  if (!out.empty()) {
    std::memcpy(out.data(), contents_.data() + offset, out.size());
  }
  return {};
}

Status FakeFlash::DoProgram(uint64_t offset, Bytes data) {
  if (is_off_) return NoPower();
  CountWrite();
  // Tests are not compiled for speed.
  std::byte* const place = contents_.data() + offset;
  const std::byte* const from = data.data();
  for (size_t i = 0, size = data.size(); i < size; ++i) {
    if ((place[i] & from[i]) != from[i]) {
      ADD_FAILURE() << "bits that are 0 cannot become 1, at " << offset + i;
    }
    if (!is_off_ || Reaches(i, size)) place[i] &= from[i];
  }
  return is_off_ ? NoPower() : Status();
}

Status FakeFlash::DoEraseBlock(uint64_t offset) {
  if (is_off_) return NoPower();
  CountWrite();
  std::byte* const place = contents_.data() + offset;
  if (!is_off_) {
    std::memset(place, 0xFF, block_bytes_);
    return {};
  }
  for (size_t i = 0; i < block_bytes_; ++i) {
    if (Reaches(i, block_bytes_)) place[i] = std::byte{0xFF};
  }
  return NoPower();
}

}  // namespace flint::flash
