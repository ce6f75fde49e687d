// SPDX-License-Identifier: Apache-2.0
#include "testing/bench/report.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "testing/qemu/json.h"

namespace flint::bench {
namespace {

constexpr uint64_t kKib = 1 << 10;
constexpr double kMib = 1 << 20;
constexpr std::string_view kReference = "Flint (ROM)";

double Median(std::vector<double> values) {
  const auto middle =
      values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

std::string Number(uint64_t count) {
  return count == 0 ? "-" : absl::StrCat(count);
}

std::string Millions(uint64_t count) {
  return count == 0 ? "-"
                    : absl::StrFormat("%.2f", static_cast<double>(count) / 1e6);
}

std::string Seconds(const std::vector<double>& rounds) {
  return rounds.empty() ? "-" : absl::StrFormat("%.2f", Median(rounds));
}

/// What the others are compared with: it starts where they start.
uint64_t ReferenceOf(const ScenarioResults& scenario) {
  for (const Result& result : scenario.results) {
    if (result.firmware == kReference) return result.cost.instructions;
  }
  return 0;
}

std::string Times(uint64_t count, uint64_t reference) {
  if (reference == 0) return "-";
  return absl::StrFormat(
      "%.2f", static_cast<double>(count) / static_cast<double>(reference));
}

double Mib(uint64_t bytes) { return static_cast<double>(bytes) / kMib; }

std::string TableRow(const Result& result,
                     uint64_t payload_bytes,
                     uint64_t reference) {
  const Cost& cost = result.cost;
  const uint64_t memory_bytes =
      cost.memory_bytes - std::min(payload_bytes, cost.memory_bytes);
  return absl::StrFormat(
      "| %s | %s | %s | %s | %s | %d | %d | %.1f | %d | %.1f | %s |\n",
      result.firmware,
      Number((result.image_bytes + kKib - 1) / kKib),
      Millions(cost.instructions),
      Times(cost.instructions, reference),
      Millions(cost.own_instructions),
      cost.register_accesses,
      cost.disk_reads,
      Mib(cost.disk_bytes),
      cost.serial_characters,
      Mib(memory_bytes),
      Seconds(result.seconds));
}

std::string JsonSegment(const Segment& segment) {
  return absl::StrCat("{\"name\": ",
                      qemu::QuoteJson(segment.name),
                      ", \"instructions\": ",
                      segment.instructions,
                      "}");
}

std::string JsonResult(const Result& result) {
  const Cost& cost = result.cost;
  return absl::StrCat(
      "{\"firmware\": ",
      qemu::QuoteJson(result.firmware),
      ", \"image_bytes\": ",
      result.image_bytes,
      ", \"instructions\": ",
      cost.instructions,
      ", \"own_instructions\": ",
      cost.own_instructions,
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
      ", \"segments\": [",
      absl::StrJoin(result.segments,
                    ", ",
                    [](std::string* out, const Segment& segment) {
                      out->append(JsonSegment(segment));
                    }),
      "], \"seconds\": [",
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
        "| firmware | KiB of image | million instructions | times Flint (ROM) |"
        " of these, own |"
        " register accesses | disk reads | MiB read | serial characters |"
        " MiB of memory | seconds |\n"
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n");
    const uint64_t reference = ReferenceOf(scenario);
    for (const Result& result : scenario.results) {
      absl::StrAppend(&table,
                      TableRow(result, scenario.payload_bytes, reference));
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
