// SPDX-License-Identifier: Apache-2.0
#include "testing/fuzz/sequence_options.h"

#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string_view>

#include "testing/fuzz/seed_disks.h"

namespace flint::fuzz {
namespace {

constexpr uint64_t kProgressEvery = 500;
/// More than bad luck makes alike.
constexpr uint64_t kMany = 50;

/// The number behind `name`, if `argument` starts with that.
std::optional<uint64_t> NumberOf(std::string_view argument,
                                 std::string_view name) {
  if (!argument.starts_with(name)) return std::nullopt;
  return std::strtoull(argument.substr(name.size()).data(), nullptr, 10);
}

}  // namespace

SequenceOptions ParseSequenceOptions(int argc,
                                     char** argv,
                                     uint64_t default_count) {
  SequenceOptions options{.count = default_count};
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (const auto count = NumberOf(argument, "--count=")) {
      options.count = *count;
    } else if (const auto first = NumberOf(argument, "--first=")) {
      options.first = *first;
    } else if (const auto sequence = NumberOf(argument, "--sequence=")) {
      options.sequence = *sequence;
    } else if (argument == "--verbose") {
      options.is_verbose = true;
    } else {
      std::fprintf(stderr, "unknown option %s\n", argv[i]);
      std::exit(2);
    }
  }
  return options;
}

void SequenceResults::Count(uint64_t& counter) {
  ++counter;
  const uint64_t sum = booted_ + reported_ + failed_;
  if (sum % kProgressEvery != 0) return;
  std::printf("%" PRIu64 " disks\n", sum);
  std::fflush(stdout);
}

void SequenceResults::CountFailure(uint64_t number,
                                   const char* problem,
                                   int value) {
  std::printf("number %" PRIu64 " (%s): %s %d\n",
              number,
              SeedDisks()[number % SeedDisks().size()].path,
              problem,
              value);
  std::fflush(stdout);
  Count(failed_);
}

int SequenceResults::Finish() const {
  const uint64_t sum = booted_ + reported_ + failed_;
  std::printf("%" PRIu64 " disks: %" PRIu64 " booted, %" PRIu64
              " reported, %" PRIu64 " failed\n",
              sum,
              booted_,
              reported_,
              failed_);
  const bool is_telling = sum < kMany || (booted_ != 0 && reported_ != 0);
  return failed_ == 0 && is_telling ? 0 : 1;
}

}  // namespace flint::fuzz
