// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "drivers/flash/cfi_query.h"
#include "drivers/io/register_io.h"

namespace flint::flash {

/// A CFI chip with the Intel command set, stricter than any: a command that
/// such a chip does not know or that comes at the wrong moment, a bit to be set
/// without an erase, a buffer across a boundary, or data read while the chip is
/// in another mode fails the test.
class FakeCfiChip final : public io::RegisterIo {
 public:
  /// All ones, in its read mode.
  explicit FakeCfiChip(const CfiGeometry& geometry);

  // How it misbehaves.

  bool is_write_protected = false;
  /// Never gets ready again.
  bool is_stuck = false;
  /// As many times does its status say that it is busy.
  int busy_reads = 0;

  /// What a query answers, to be broken by tests.
  std::vector<uint8_t>& query_table() { return query_table_; }
  std::vector<uint8_t>& contents() { return contents_; }
  bool is_in_read_mode() const { return mode_ == Mode::kReadArray; }
  /// How often it left its read mode.
  int mode_changes() const { return mode_changes_; }
  /// Accesses of any kind so far.
  int access_count() const { return access_count_; }

  uint64_t size_bytes() const override { return contents_.size(); }
  uint8_t Read8(uint64_t offset) override;
  uint16_t Read16(uint64_t offset) override;
  uint32_t Read32(uint64_t offset) override;
  void Write8(uint64_t offset, uint8_t value) override;
  void Write16(uint64_t offset, uint16_t value) override;
  void Write32(uint64_t offset, uint32_t value) override;

 private:
  enum class Mode {
    kReadArray,
    kQuery,
    kStatus,
    kByte,          // its value comes next
    kBufferLength,  // less one
    kBufferData,
    kBufferConfirm,
    kEraseConfirm,
  };

  uint8_t Status();
  void Command(uint64_t offset, uint8_t value);
  void AddToBuffer(uint64_t offset, uint8_t value);
  void Program(uint64_t offset, uint8_t value);
  void Erase(uint64_t offset);
  void Finish(uint8_t error);

  CfiGeometry geometry_;
  std::vector<uint8_t> contents_;
  std::vector<uint8_t> query_table_;
  Mode mode_ = Mode::kReadArray;
  uint8_t errors_ = 0;
  int busy_left_ = 0;
  uint64_t buffer_start_ = 0;
  size_t buffer_room_ = 0;
  std::vector<uint8_t> buffer_;
  int mode_changes_ = 0;
  int access_count_ = 0;
};

}  // namespace flint::flash
