// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "drivers/block/block_device.h"
#include "drivers/clock/clock.h"
#include "drivers/scsi/command.h"
#include "platforms/base/bytes.h"
#include "platforms/base/result.h"

namespace flint::scsi {

/// A logical unit that can be booted from.
struct LogicalUnit {
  enum class Type : uint8_t { kDisk, kCdRom };

  Type type = Type::kDisk;
  block::BlockGeometry geometry{};
};

/// How long a unit may take to become ready, once it says that it will.
inline constexpr uint64_t kReadyTimeoutNs = 10 * clock::kNanosecondsPerSecond;

/// Finds out what a logical unit is, and gets it ready: whatever it has to tell
/// since its reset is heard out first. Nothing if it is neither disk nor
/// CD-ROM, or has no medium.
///
/// kUnsupported: blocks of a size we cannot use, or none; kCorrupt: an answer
/// that contradicts itself; kTimedOut: it never became ready; what it says
/// itself; the errors of `runner`.
Result<std::optional<LogicalUnit>> Identify(CommandRunner& runner,
                                            clock::Clock& clock);

/// The logical units of a target, as REPORT LUNS lists them. [spc-4 6.33]
///
///     while (const auto lun = reader.Next()) ...
class LunList {
 public:
  /// Of one that is in several levels, or larger, nothing is said.
  static constexpr uint16_t kMaxLun = 0x3FFF;
  static constexpr size_t kEntryBytes = 8;
  /// The list's length and padding.
  static constexpr size_t kHeaderBytes = 8;

  /// `answer` is what came, which may be less than there is. kTruncated.
  static Result<LunList> Parse(Bytes answer);

  std::optional<uint16_t> Next();

 private:
  explicit LunList(Bytes entries) : entries_(entries) {}

  Bytes entries_;
};

}  // namespace flint::scsi
