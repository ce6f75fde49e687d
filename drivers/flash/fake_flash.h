// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "drivers/flash/flash.h"
#include "platforms/base/bytes.h"
#include "platforms/base/result.h"

namespace flint::flash {

/// Flash in a test, which power can fail. Programming a bit from 0 to 1 fails
/// the test.
class FakeFlash final : public Flash {
 public:
  /// How far the operation got that the power failed in.
  enum class Tear { kNothing, kFront, kScattered, kAll };
  static constexpr Tear kTears[] = {
      Tear::kNothing, Tear::kFront, Tear::kScattered, Tear::kAll};

  explicit FakeFlash(uint64_t size_bytes, uint32_t block_bytes = 4096)
      : block_bytes_(block_bytes), contents_(size_bytes, std::byte{0xFF}) {}

  std::vector<std::byte>& contents() { return contents_; }

  /// Program and erase operations so far.
  int write_count() const { return write_count_; }

  /// After as many more of them, the next one is torn, and everything from then
  /// on fails with kDeviceError.
  void CutPowerAfter(int writes, Tear tear) {
    cut_at_ = write_count_ + writes;
    tear_ = tear;
  }
  /// Contents stay.
  void RestorePower() {
    cut_at_.reset();
    is_off_ = false;
  }
  bool is_off() const { return is_off_; }

  uint64_t size_bytes() const override { return contents_.size(); }
  uint32_t block_bytes() const override { return block_bytes_; }

 private:
  Status DoRead(uint64_t offset, MutableBytes out) override;
  Status DoProgram(uint64_t offset, Bytes data) override;
  Status DoEraseBlock(uint64_t offset) override;

  /// Whether byte `index` of `size` is reached by the write that is torn.
  bool Reaches(size_t index, size_t size) const;
  void CountWrite();

  uint32_t block_bytes_;
  std::vector<std::byte> contents_;
  int write_count_ = 0;
  std::optional<int> cut_at_;
  Tear tear_ = Tear::kNothing;
  bool is_off_ = false;
};

}  // namespace flint::flash
