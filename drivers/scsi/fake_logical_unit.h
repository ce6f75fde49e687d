// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <span>
#include <vector>

#include "drivers/scsi/sense.h"
#include "platforms/base/bytes.h"

namespace flint::scsi {

/// A SCSI disk or CD-ROM drive behind whatever carries its commands.
///
/// As fussy as real ones: until it has told of its reset it does nothing else,
/// it does not transfer what is not there, and a command that it does not know,
/// or whose unused fields are not zero, fails.
class FakeLogicalUnit {
 public:
  static constexpr uint8_t kDisk = 0x00;
  static constexpr uint8_t kTape = 0x01;
  static constexpr uint8_t kCdRom = 0x05;

  static constexpr Sense kWasReset{Sense::kUnitAttention, 0x29, 0x00};
  static constexpr Sense kNoMedium{Sense::kNotReady, 0x3A, 0x00};
  static constexpr Sense kBecomingReady{Sense::kNotReady, 0x04, 0x01};

  struct Options {
    uint8_t type = kDisk;
    bool removable = false;
    bool has_medium = true;
    bool write_protected = false;
    uint32_t block_size_bytes = 512;
    /// As it says; what is beyond the contents is never read.
    uint64_t block_count = 0;
    bool knows_mode_sense = true;
  };

  struct Answer {
    uint8_t status = 0;
    Sense sense{};
    std::vector<std::byte> data{};
  };

  /// `contents` must outlive it.
  FakeLogicalUnit(const Options& options, MutableBytes contents)
      : options_(options), contents_(contents) {}

  Options& options() { return options_; }
  /// What it tells before it does anything else.
  std::deque<Sense>& attentions() { return attentions_; }
  /// How often it is asked before it is ready.
  int& polls_until_ready() { return polls_until_ready_; }
  /// Transfers that touch this block fail with this.
  void FailAt(uint64_t lba, const Sense& sense) { failures_[lba] = sense; }
  /// Answers to commands of this operation are cut to so many bytes.
  void CutAnswers(uint8_t operation, size_t size_bytes) {
    cuts_[operation] = size_bytes;
  }

  /// Runs a command that comes with `written`.
  Answer Run(std::span<const uint8_t> command, Bytes written);

  /// Why the last command failed: what REQUEST SENSE tells.
  const Sense& last_sense() const { return last_sense_; }

  /// The operations so far.
  const std::vector<uint8_t>& operations() const { return operations_; }
  uint64_t flush_count() const { return flush_count_; }

 private:
  Answer Perform(std::span<const uint8_t> command, Bytes written);
  Answer Transfer(bool write, uint64_t lba, uint64_t count, Bytes written);
  Answer ModeSense() const;

  Options options_;
  MutableBytes contents_;
  std::deque<Sense> attentions_{kWasReset};
  int polls_until_ready_ = 0;
  std::map<uint64_t, Sense> failures_;
  std::map<uint8_t, size_t> cuts_;
  Sense last_sense_{};
  std::vector<uint8_t> operations_;
  uint64_t flush_count_ = 0;
};

/// Sense data of the fixed format that says so.
std::vector<std::byte> FixedSenseData(const Sense& sense);

}  // namespace flint::scsi
