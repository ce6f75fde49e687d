// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace flint::boot {

/// What has just been done when a mark is made.
enum class Stage : uint8_t {
  kEntered,      // by the VMM, and nothing done
  kVmmHeard,     // memory map and settings copied
  kMemoryReady,  // memory map and page tables
  kAcpiRead,
  kFilesRead,  // the VMM's: more settings
  kPciScanned,
  kDisksStarted,
  kDiskSearched,  // one of them
  kChosen,        // in which order candidates are tried
  kUefiReady,
  kLoadBegun,  // of a candidate
  kLoaded,     // all of it
  kStarted,    // control given away
  kExitBegun,  // ExitBootServices called
  kExitDone,   // and about to return
};

/// "PCI scanned".
std::string_view ToString(Stage stage);

/// That something had been done.
struct Mark {
  Stage stage = Stage::kEntered;
  /// What it was done to, if there is more than one of these: a disk's name.
  std::string_view subject = {};
  /// Of the clock that the marks' maker reads.
  uint64_t ticks = 0;
};

/// What happened when, from the door to the operating system. A mark costs a
/// few stores; nothing is converted or formatted before somebody asks.
class Timeline final {
 public:
  /// If there are more, those in the middle are lost, never the last.
  static constexpr size_t kMaxMarks = 64;

  /// With the mark that all others are measured from.
  Timeline(Stage stage, uint64_t ticks) { Add(stage, ticks); }

  /// `subject` must outlive the timeline.
  void Add(Stage stage, uint64_t ticks, std::string_view subject = {});

  /// In the order in which they were made.
  std::span<const Mark> marks() const {
    return std::span(marks_).first(count_);
  }

  /// When that was done last; nothing if it was not.
  std::optional<uint64_t> FindLast(Stage stage) const;

  /// How many marks were lost.
  size_t dropped_count() const { return dropped_count_; }

 private:
  std::array<Mark, kMaxMarks> marks_{};
  size_t count_ = 0;
  size_t dropped_count_ = 0;
};

}  // namespace flint::boot
