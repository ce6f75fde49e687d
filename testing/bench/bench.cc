// SPDX-License-Identifier: Apache-2.0
//
// bench [--until=userspace] [--rounds=N] [--only=TEXT] [--json=FILE]
//       [--chart=FILE.svg] [--peer NAME=QEMU-ARGUMENTS]...
//
// What it takes to get from power-on to a kernel's first instruction, or to
// userspace, with Flint and with others. Counts are exact; seconds are those of
// emulation, the median of the rounds, in each of which all take their turns;
// with --rounds=0 there are none.
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "testing/bench/chart.h"
#include "testing/bench/contest.h"
#include "testing/bench/cost.h"
#include "testing/bench/report.h"
#include "testing/bench/scenarios.h"

namespace flint::bench {
namespace {

struct Options {
  int rounds = 3;
  /// Scenarios whose names do not have it are left out.
  std::string only = {};
  std::string json = {};
  std::string chart = {};
  Goal goal = Goal::kKernel;
  std::vector<Peer> peers = {};
};

std::optional<Peer> ParsePeer(std::string_view text) {
  const size_t equals = text.find('=');
  if (equals == 0 || equals == text.npos) return std::nullopt;
  return Peer{.name = std::string(text.substr(0, equals)),
              .arguments = absl::StrSplit(
                  text.substr(equals + 1), ' ', absl::SkipEmpty())};
}

std::optional<Options> ParseOptions(std::span<char*> arguments) {
  Options options;
  for (size_t i = 0; i < arguments.size(); ++i) {
    std::string_view argument = arguments[i];
    if (absl::ConsumePrefix(&argument, "--rounds=")) {
      if (!absl::SimpleAtoi(argument, &options.rounds)) return std::nullopt;
    } else if (absl::ConsumePrefix(&argument, "--only=")) {
      options.only = argument;
    } else if (absl::ConsumePrefix(&argument, "--json=")) {
      options.json = argument;
    } else if (absl::ConsumePrefix(&argument, "--chart=")) {
      options.chart = argument;
    } else if (argument == "--until=userspace") {
      options.goal = Goal::kUserspace;
    } else if (argument == "--peer" && i + 1 < arguments.size()) {
      const std::optional<Peer> peer = ParsePeer(arguments[++i]);
      if (!peer) return std::nullopt;
      options.peers.push_back(*peer);
    } else {
      return std::nullopt;
    }
  }
  return options;
}

void ShowProgress(std::string_view what) {
  std::cerr << "\r\x1b[K" << what << std::flush;
}

absl::Status CountAll(const Scenario& scenario, ScenarioResults& results) {
  for (const Contender& contender : scenario.contenders) {
    ShowProgress(
        absl::StrCat(scenario.name, ": counting ", contender.firmware));
    absl::StatusOr<Result> result = Count(contender);
    if (!result.ok()) return result.status();
    results.results.push_back(*std::move(result));
  }
  return absl::OkStatus();
}

absl::Status Time(const Scenario& scenario,
                  int rounds,
                  ScenarioResults& results) {
  for (int round = 1; round <= rounds; ++round) {
    for (size_t i = 0; i < scenario.contenders.size(); ++i) {
      const Contender& contender = scenario.contenders[i];
      ShowProgress(absl::StrCat(
          scenario.name, ": round ", round, ", ", contender.firmware));
      const absl::StatusOr<double> seconds = MeasureSeconds(contender.machine);
      if (!seconds.ok()) return seconds.status();
      results.results[i].seconds.push_back(*seconds);
    }
  }
  return absl::OkStatus();
}

absl::Status Write(const std::string& path, std::string_view text) {
  if (path.empty() || (std::ofstream(path) << text).flush()) {
    return absl::OkStatus();
  }
  return absl::UnknownError(absl::StrCat("cannot write ", path));
}

absl::Status Run(const Options& options) {
  std::vector<ScenarioResults> all;
  for (const Scenario& scenario : Scenarios(options.goal, options.peers)) {
    if (scenario.name.find(options.only) == std::string::npos) continue;
    ScenarioResults& results = all.emplace_back(ScenarioResults{
        .scenario = scenario.name, .payload_bytes = scenario.payload_bytes});
    if (const absl::Status done = CountAll(scenario, results); !done.ok()) {
      return done;
    }
    if (const absl::Status done = Time(scenario, options.rounds, results);
        !done.ok()) {
      return done;
    }
  }
  ShowProgress("");
  std::cout << ToTable(all);
  if (const absl::Status written = Write(options.json, ToJson(all));
      !written.ok()) {
    return written;
  }
  return Write(options.chart, ToChart(all));
}

}  // namespace
}  // namespace flint::bench

int main(int argc, char** argv) {
  const auto options =
      flint::bench::ParseOptions(std::span(argv + 1, argv + argc));
  if (!options) {
    std::cerr << "bench [--until=userspace] [--rounds=N] [--only=TEXT] "
                 "[--json=FILE] [--chart=FILE.svg] "
                 "[--peer NAME=QEMU-ARGUMENTS]...\n";
    return 2;
  }
  // `bazel run` starts programs elsewhere.
  if (const char* const directory = std::getenv("BUILD_WORKING_DIRECTORY")) {
    if (chdir(directory) != 0) return 1;
  }
  const absl::Status status = flint::bench::Run(*options);
  if (status.ok()) return 0;
  std::cerr << "\n" << status.message() << "\n";
  return 1;
}
