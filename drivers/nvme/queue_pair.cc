// SPDX-License-Identifier: Apache-2.0
#include "drivers/nvme/queue_pair.h"

#include <algorithm>
#include <atomic>
#include <bit>

namespace flint::nvme {

uint32_t QueuePair::slot_count() const {
  return std::min(static_cast<uint32_t>(submissions_.size()) - 1, kMaxSlots);
}

std::optional<uint16_t> QueuePair::FreeSlot() const {
  const auto slot = static_cast<uint32_t>(std::countr_one(in_flight_));
  if (slot >= slot_count()) return std::nullopt;
  return static_cast<uint16_t>(slot);
}

void QueuePair::Add(uint16_t slot, const SubmissionEntry& command) {
  SubmissionEntry& entry = submissions_[tail_];
  entry = command;
  entry.command_id = slot;
  in_flight_ |= uint64_t{1} << slot;
  tail_ = (tail_ + 1) % static_cast<uint32_t>(submissions_.size());
}

void QueuePair::Ring() { registers_->Write32(submission_doorbell_, tail_); }

Result<std::optional<Completion>> QueuePair::Take() {
  CompletionEntry& entry = completions_[head_];
  // Written last, so the rest is there once the phase is this turn's.
  const uint16_t status =
      std::atomic_ref(entry.status).load(std::memory_order_acquire);
  if ((status & 1) != phase_) return std::nullopt;
  const uint16_t slot =
      std::atomic_ref(entry.command_id).load(std::memory_order_relaxed);
  if (slot >= kMaxSlots || (in_flight_ >> slot & 1) == 0) {
    return Fail(ErrorCode::kDeviceError,
                "NVMe controller completes what it was not told");
  }
  in_flight_ &= ~(uint64_t{1} << slot);
  if (++head_ == completions_.size()) {
    head_ = 0;
    phase_ ^= 1;
  }
  return Completion{.slot = slot, .status = CommandStatus::Of(status)};
}

void QueuePair::Acknowledge() {
  registers_->Write32(completion_doorbell_, head_);
}

}  // namespace flint::nvme
