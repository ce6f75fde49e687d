// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "drivers/io/register_io.h"
#include "drivers/nvme/command_format.h"
#include "platforms/base/result.h"

namespace flint::nvme {

/// A command the controller is done with.
struct Completion {
  /// As given to `Add`.
  uint16_t slot;
  /// A `CommandStatus`.
  uint16_t status;
};

/// A submission queue and its completion queue, from the driver's side.
/// [nvme-1.4 4.1]
///
/// The controller may write anything into the completion queue at any time:
/// each entry is read once, and what is in flight is kept elsewhere. A command
/// is known by its slot; both queues have more entries than there are slots,
/// so they are never full.
class QueuePair {
 public:
  /// Commands in flight, at most.
  static constexpr uint32_t kMaxSlots = 64;

  QueuePair() = default;

  /// In `submissions` and `completions`, which are cleared and as long as each
  /// other. Doorbells are at these offsets of `registers`.
  QueuePair(std::span<SubmissionEntry> submissions,
            std::span<CompletionEntry> completions,
            io::RegisterIo& registers,
            uint64_t submission_doorbell,
            uint64_t completion_doorbell)
      : submissions_(submissions),
        completions_(completions),
        registers_(&registers),
        submission_doorbell_(submission_doorbell),
        completion_doorbell_(completion_doorbell) {}

  /// A slot that is not in flight; nothing if all are.
  std::optional<uint16_t> FreeSlot() const;
  bool idle() const { return in_flight_ == 0; }

  /// Puts a command into the queue, as that of `slot`. The controller does not
  /// look before `Ring`.
  void Add(uint16_t slot, const SubmissionEntry& command);
  /// Tells the controller to look.
  void Ring();

  /// A command the controller has completed since, if there is one.
  /// kDeviceError if it completes what is not in flight.
  Result<std::optional<Completion>> Take();
  /// Tells the controller that what was taken may be overwritten.
  void Acknowledge();

 private:
  uint32_t slot_count() const;

  std::span<SubmissionEntry> submissions_;
  std::span<CompletionEntry> completions_;
  io::RegisterIo* registers_ = nullptr;
  uint64_t submission_doorbell_ = 0;
  uint64_t completion_doorbell_ = 0;
  uint32_t tail_ = 0;
  uint32_t head_ = 0;
  uint16_t phase_ = 1;
  /// A bit for each slot.
  uint64_t in_flight_ = 0;
};

}  // namespace flint::nvme
