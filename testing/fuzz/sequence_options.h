// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace flint::fuzz {

/// Which disks of a sequence are booted.
struct SequenceOptions {
  uint64_t count = 0;
  uint64_t first = 0;
  uint64_t sequence = 1;
  /// All that is said of each is shown.
  bool is_verbose = false;
};

/// Reads `--count=N --first=N --sequence=N --verbose`. Ends the program if
/// there is anything else.
SequenceOptions ParseSequenceOptions(int argc,
                                     char** argv,
                                     uint64_t default_count);

/// Counts what became of disks, and tells of those that failed.
class SequenceResults final {
 public:
  void CountBoot() { Count(booted_); }
  void CountReport() { Count(reported_); }
  /// `problem` is for people.
  void CountFailure(uint64_t number, const char* problem, int value);

  /// Writes the sums. Returns the program's exit status: a failure, too, if
  /// there were many and all or none have booted. Damage that nothing
  /// survives, or that nothing notices, tests little.
  int Finish() const;

 private:
  void Count(uint64_t& counter);

  uint64_t booted_ = 0;
  uint64_t reported_ = 0;
  uint64_t failed_ = 0;
};

}  // namespace flint::fuzz
