// SPDX-License-Identifier: Apache-2.0
#include "boot/timeline/timeline.h"

#include <algorithm>

namespace flint::boot {

std::string_view ToString(Stage stage) {
  switch (stage) {
    case Stage::kEntered:
      return "entered";
    case Stage::kVmmHeard:
      return "VMM heard";
    case Stage::kMemoryReady:
      return "memory ready";
    case Stage::kAcpiRead:
      return "ACPI read";
    case Stage::kFilesRead:
      return "VMM's files read";
    case Stage::kPciScanned:
      return "PCI scanned";
    case Stage::kDisksStarted:
      return "disks started";
    case Stage::kDiskSearched:
      return "searched";
    case Stage::kChosen:
      return "chosen";
    case Stage::kUefiReady:
      return "UEFI ready";
    case Stage::kLoadBegun:
      return "loading";
    case Stage::kLoaded:
      return "loaded";
    case Stage::kStarted:
      return "started";
    case Stage::kExitBegun:
      return "boot services left";
    case Stage::kExitDone:
      return "handed over";
  }
  return "unknown";
}

void Timeline::Add(Stage stage, uint64_t ticks, std::string_view subject) {
  if (count_ == kMaxMarks) {
    constexpr size_t kMiddle = kMaxMarks / 2;
    std::ranges::copy(std::span(marks_).subspan(kMiddle + 1),
                      marks_.begin() + kMiddle);
    --count_;
    ++dropped_count_;
  }
  marks_[count_++] = {.stage = stage, .subject = subject, .ticks = ticks};
}

std::optional<uint64_t> Timeline::FindLast(Stage stage) const {
  for (size_t i = count_; i-- > 0;) {
    if (marks_[i].stage == stage) return marks_[i].ticks;
  }
  return std::nullopt;
}

}  // namespace flint::boot
