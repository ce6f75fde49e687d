// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "loader/boot_plan/failure.h"
#include "platforms/base/arena.h"
#include "platforms/base/bytes.h"
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
  /// Where it starts: what tells it from all others of the disk.
  uint64_t first_lba = 0;
  /// "EFI system"; may be empty.
  std::string_view partition_label = {};
};

/// How a candidate is booted. A new way is a new kind, and a new branch of the
/// booter.
enum class CandidateKind : uint8_t {
  kBlsEntry,     // a kernel and initrds, by the Linux boot protocol
  kUefiProgram,  // a unified kernel image, a boot loader: anything for UEFI
  kLoadOption,   // what a UEFI variable such as Boot0001 says
};

/// When a candidate is tried: those of less rank before all others, those of
/// the same in the order in which they were added.
enum class Rank : uint32_t {
  kOnce = 0,  // somebody asked for just this, for this start
  // Then for each device of the VM's boot order: see `RankOnDevice`.
  kLoadOption = UINT32_MAX - 1,  // the operating system's order
  kDisk = UINT32_MAX,            // found on a disk
};

/// The rank of what is on the device in that place of the VM's boot order:
/// first load options, then what is found there. `index` is below 2^30.
constexpr Rank RankOnDevice(uint32_t index, CandidateKind kind) {
  const uint32_t behind = kind == CandidateKind::kLoadOption ? 0 : 1;
  return static_cast<Rank>(1 + 2 * index + behind);
}

/// Something that may be booted.
struct Candidate {
  CandidateKind kind = CandidateKind::kBlsEntry;
  Rank rank = Rank::kDisk;
  Place place = {};
  /// What `flint.boot=` is matched to: "debian-6.1.0".
  std::string_view id = {};
  /// What reports call it: "debian-6.1.0.conf".
  std::string_view name = {};
  /// What a person calls it; may be empty.
  std::string_view title = {};
  /// Why it is a candidate: "Boot Loader Specification entry".
  std::string_view reason = {};
  block::BlockDevice* device = nullptr;
  volume::FileSystem* file_system = nullptr;
  /// The boot entry it was made from: for kBlsEntry, and for kUefiProgram if
  /// there was one.
  const bls::Entry* bls_entry = nullptr;
  /// For kUefiProgram: where on `file_system` it is; UTF-8, from the root,
  /// separated by '/' or '\\'.
  std::string_view path = {};
  /// For kUefiProgram: the program itself, if it is in memory and not on a
  /// file system. Must outlive the plan.
  Bytes program = {};
  /// For kBlsEntry the kernel's command line. For kUefiProgram the text it is
  /// given as its load options, in UTF-8; empty if it is given none.
  std::string_view load_options = {};
  /// For kLoadOption: the variable's bytes, and its number.
  Bytes load_option = {};
  uint16_t load_option_number = 0;
  /// Not to be offered in a menu.
  bool is_hidden = false;
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

  /// Adds a candidate behind the others of its rank or less. kNoMemory if the
  /// arena is full.
  Status Add(const Candidate& candidate);

  /// Records why a disk, partition or entry is no candidate. `name` is the
  /// entry or file; it may be empty. kNoMemory if the arena is full.
  Status AddFinding(const Place& place, std::string_view name, Failure failure);

  /// Moves the candidates whose id, name or title matches `pattern` (a glob,
  /// see `bls::MatchesGlob`) before all others, in their order. Replaces an
  /// earlier preference. Returns how many there are.
  size_t Prefer(std::string_view pattern);

  /// Has this candidate, one of the plan's own, tried before all others, with
  /// other load options if there are any. Replaces an earlier preference. The
  /// text must outlive the plan.
  void Choose(const Candidate& candidate,
              std::optional<std::string_view> load_options = std::nullopt);

  /// Writes the first candidates to `out`, in the order in which they will be
  /// tried; returns how many.
  size_t List(std::span<const Candidate*> out) const;

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

  Status Insert(const Item& item);

  /// Calls `visit(Item&)` for every candidate in the order of trying.
  template <typename Visitor>
  void ForEachCandidate(Visitor visit) const;

  Arena& arena_;
  Item* first_ = nullptr;
  Item* last_ = nullptr;
  size_t candidate_count_ = 0;
  size_t item_count_ = 0;
};

}  // namespace flint::boot_plan
