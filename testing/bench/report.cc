// SPDX-License-Identifier: Apache-2.0
#include "testing/bench/report.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "testing/qemu/json.h"

namespace flint::bench {
namespace {

constexpr uint64_t kKib = 1 << 10;
constexpr double kMib = 1 << 20;

double Median(std::vector<double> values) {
  if (values.empty()) return 0;
  const auto middle =
      values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

std::string TableRow(const Result& result) {
  const Cost& cost = result.cost;
  return absl::StrFormat(
      "| %s | %d | %.2f | %.2f | %d | %d | %.1f | %d | %.0f | %.2f |\n",
      result.firmware,
      (result.image_bytes + kKib - 1) / kKib,
      static_cast<double>(cost.instructions) / 1e6,
      static_cast<double>(cost.waiting_instructions) / 1e6,
      cost.register_accesses,
      cost.disk_reads,
      static_cast<double>(cost.disk_bytes) / kMib,
      cost.serial_characters,
      static_cast<double>(cost.memory_bytes) / kMib,
      Median(result.seconds));
}

std::string JsonResult(const Result& result) {
  const Cost& cost = result.cost;
  return absl::StrCat("{\"firmware\": ",
                      qemu::QuoteJson(result.firmware),
                      ", \"image_bytes\": ",
                      result.image_bytes,
                      ", \"instructions\": ",
                      cost.instructions,
                      ", \"waiting_instructions\": ",
                      cost.waiting_instructions,
                      ", \"register_accesses\": ",
                      cost.register_accesses,
                      ", \"disk_reads\": ",
                      cost.disk_reads,
                      ", \"disk_bytes\": ",
                      cost.disk_bytes,
                      ", \"serial_characters\": ",
                      cost.serial_characters,
                      ", \"memory_bytes\": ",
                      cost.memory_bytes,
                      ", \"seconds\": [",
                      absl::StrJoin(result.seconds, ", "),
                      "]}");
}

}  // namespace

std::string ToTable(std::span<const ScenarioResults> scenarios) {
  std::string table;
  for (const ScenarioResults& scenario : scenarios) {
    absl::StrAppend(
        &table,
        "\n### ",
        scenario.scenario,
        "\n\n"
        "| firmware | KiB of image | million instructions | waiting |"
        " register accesses |"
        " disk reads | MiB read | serial characters | MiB of memory |"
        " seconds |\n"
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n");
    for (const Result& result : scenario.results) {
      absl::StrAppend(&table, TableRow(result));
    }
  }
  return table;
}

std::string ToJson(std::span<const ScenarioResults> scenarios) {
  std::vector<std::string> members;
  for (const ScenarioResults& scenario : scenarios) {
    std::vector<std::string> results;
    for (const Result& result : scenario.results) {
      results.push_back(JsonResult(result));
    }
    members.push_back(absl::StrCat("  ",
                                   qemu::QuoteJson(scenario.scenario),
                                   ": [\n    ",
                                   absl::StrJoin(results, ",\n    "),
                                   "\n  ]"));
  }
  return absl::StrCat("{\n", absl::StrJoin(members, ",\n"), "\n}\n");
}

}  // namespace flint::bench
