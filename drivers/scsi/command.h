// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "drivers/scsi/sense.h"
#include "platforms/base/bytes.h"
#include "platforms/base/result.h"

/// SCSI commands, whatever carries them: virtio-scsi, or ATA's packets.
namespace flint::scsi {

/// A command descriptor block. [spc-4 4.2.5]
class Command {
 public:
  static constexpr size_t kMaxSizeBytes = 16;

  /// `bytes` and then zeros: `size_bytes` in all.
  template <size_t kSize>
  explicit constexpr Command(const std::array<uint8_t, kSize>& bytes)
      : size_bytes_(kSize) {
    static_assert(kSize <= kMaxSizeBytes);
    for (size_t i = 0; i < kSize; ++i) bytes_[i] = bytes[i];
  }

  std::span<const uint8_t> bytes() const {
    return std::span(bytes_).first(size_bytes_);
  }

 private:
  std::array<uint8_t, kMaxSizeBytes> bytes_{};
  size_t size_bytes_;
};

/// Is the logical unit ready for transfers? [spc-4 6.47]
Command TestUnitReady();
/// What kind of device is it? [spc-4 6.6]
Command Inquiry(uint16_t answer_bytes);
/// What was wrong? For those who do not say so by themselves. [spc-4 6.39]
Command RequestSense(uint8_t answer_bytes);
/// The header of the mode parameters, which has write protection. [spc-4 6.13]
Command ModeSense6(uint8_t answer_bytes);
/// Which logical units are there? [spc-4 6.33]
Command ReportLuns(uint32_t answer_bytes);
/// How large is the medium? [sbc-3 5.12, 5.13]
Command ReadCapacity10();
Command ReadCapacity16(uint32_t answer_bytes);
/// Transfers of blocks, by the shortest command that can say it, which is the
/// only one that CD-ROM drives know. [sbc-3 5.8, 5.11]
Command Read(uint64_t lba, uint32_t block_count);
Command Write(uint64_t lba, uint32_t block_count);
/// Makes all that was written durable. [sbc-3 5.22]
Command SynchronizeCache10();

/// How a command ended. [sam-5 5.3.1]
struct Outcome {
  static constexpr uint8_t kGood = 0x00;
  static constexpr uint8_t kCheckCondition = 0x02;
  static constexpr uint8_t kBusy = 0x08;

  uint8_t status = kGood;
  /// Why, of a CHECK CONDITION.
  Sense sense{};
  /// How much of the answer there is.
  size_t answer_bytes = 0;

  bool good() const { return status == kGood; }
  /// That somebody should know something, and the command should be repeated.
  bool is_unit_attention() const {
    return status == kCheckCondition && sense.key == Sense::kUnitAttention;
  }
};

/// The failure that an outcome is, if it is one.
Status ToStatus(const Outcome& outcome);

/// Runs commands on one logical unit, each to its end.
class CommandRunner {
 public:
  virtual ~CommandRunner() = default;

  /// How much of an answer there can be.
  static constexpr size_t kMaxAnswerBytes = 512;

  /// Runs a command that answers with at most `answer`, or with nothing, if
  /// that is empty. kDeviceError or kTimedOut if there is nobody to run it any
  /// more.
  virtual Result<Outcome> Run(const Command& command, MutableBytes answer) = 0;
};

}  // namespace flint::scsi
