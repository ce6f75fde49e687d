// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "loader/boot_plan/failure.h"
#include "platforms/base/arena.h"
#include "platforms/base/result.h"

namespace flint::bls {
struct Entry;
}
namespace flint::block {
class BlockDevice;
}
namespace flint::volume {
class FileSystem;
}

namespace flint::boot_plan {

/// What something was found on. Views must outlive the plan.
struct Place {
  /// "virtio-blk at pci 0000:00:03.0"; empty if it is about no disk.
  std::string_view disk = {};
  /// As the partition table numbers them, from 1; 0 is the whole disk.
  uint32_t partition = 0;
  /// "EFI system"; may be empty.
  std::string_view partition_label = {};
};

/// How a candidate is booted. A new way is a new kind, and a new branch of the
/// booter.
enum class CandidateKind : uint8_t { kBlsEntry };

/// Something that may be booted.
struct Candidate {
  CandidateKind kind = CandidateKind::kBlsEntry;
  Place place;
  /// What `flint.boot=` is matched to: "debian-6.1.0".
  std::string_view id;
  /// What reports call it: "debian-6.1.0.conf".
  std::string_view name;
  /// What a person calls it; may be empty.
  std::string_view title;
  /// Why it is a candidate: "Boot Loader Specification entry".
  std::string_view reason;
  block::BlockDevice* device = nullptr;
  volume::FileSystem* file_system = nullptr;
  /// For kBlsEntry.
  const bls::Entry* bls_entry = nullptr;
};

/// Boots candidates.
class Booter {
 public:
  virtual ~Booter() = default;

  /// Returns only if it failed. Views in the failure must outlive the plan.
  virtual Failure Boot(const Candidate& candidate) = 0;
};

/// Takes the lines of a report.
class LineWriter {
 public:
  virtual ~LineWriter() = default;
  virtual void WriteLine(std::string_view line) = 0;
};

/// What can be booted, in which order, and what came of it.
class BootPlan final {
 public:
  /// `arena` holds the plan's memory and must outlive it.
  explicit BootPlan(Arena& arena) : arena_(arena) {}
  BootPlan(const BootPlan&) = delete;
  BootPlan& operator=(const BootPlan&) = delete;

  /// Adds a candidate behind the others. kNoMemory if the arena is full.
  Status Add(const Candidate& candidate);

  /// Records why a disk, partition or entry is no candidate. `name` is the
  /// entry or file; it may be empty. kNoMemory if the arena is full.
  Status AddFinding(const Place& place, std::string_view name, Failure failure);

  /// Moves the candidates whose id, name or title matches `pattern` (a glob,
  /// see `bls::MatchesGlob`) before all others, in their order. Replaces an
  /// earlier preference. Returns how many there are.
  size_t Prefer(std::string_view pattern);

  size_t candidate_count() const { return candidate_count_; }

  /// Candidates and findings.
  size_t item_count() const { return item_count_; }

  /// The candidate that will be tried first; null if there is none.
  const Candidate* first() const;

  /// Tries the candidates in order; returns when all have failed.
  void Run(Booter& booter);

  /// Tells, for every disk, partition and candidate, why it was not booted.
  void WriteReport(LineWriter& writer) const;

 private:
  struct Item;

  Status Append(const Item& item);

  Arena& arena_;
  Item* first_ = nullptr;
  Item* last_ = nullptr;
  size_t candidate_count_ = 0;
  size_t item_count_ = 0;
};

}  // namespace flint::boot_plan
