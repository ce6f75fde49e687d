// SPDX-License-Identifier: Apache-2.0
#include "testing/bench/cost.h"

#include <sys/stat.h>

#include <chrono>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "testing/qemu/qemu.h"
#include "testing/qemu/runfiles.h"
#include "testing/qemu/temporary_directory.h"

namespace flint::bench {
namespace {

using qemu::Machine;
using qemu::Qemu;

constexpr std::chrono::minutes kLimit{10};
constexpr std::string_view kPlugin = "testing/bench/instruction_counter.so";
constexpr uint64_t kSectorBytes = 512;
/// Of QEMU's that a kernel of make_end_kernel has ended: odd, above 1.
constexpr int kFirstDoorStatus = 3;

/// Runs the machine until its kernel ends it.
absl::StatusOr<std::unique_ptr<Qemu>> Run(Machine machine) {
  machine.WithArguments({"-device", "isa-debug-exit,iobase=0xf4"});
  absl::StatusOr<std::unique_ptr<Qemu>> qemu = Qemu::Start(machine);
  if (!qemu.ok()) return qemu;
  const absl::StatusOr<int> status = (*qemu)->ExpectExit(kLimit);
  if (!status.ok()) return status.status();
  if (*status < kFirstDoorStatus) {
    return absl::FailedPreconditionError(
        absl::StrCat("the kernel was not reached\n", (*qemu)->Describe()));
  }
  return qemu;
}

/// What the plugin wrote: names and values.
absl::StatusOr<std::map<std::string, uint64_t>> ReadCounts(
    const std::string& path) {
  std::ifstream file(path);
  if (!file) {
    return absl::FailedPreconditionError(
        "the firmware's first instruction was not executed");
  }
  std::map<std::string, uint64_t> counts;
  std::string name;
  uint64_t value = 0;
  while (file >> name >> value) counts[name] = value;
  return counts;
}

/// "... nsectors 8"
uint64_t BytesOfRead(std::string_view line) {
  const std::vector<std::string_view> words = absl::StrSplit(line, ' ');
  uint64_t sectors = 0;
  return absl::SimpleAtoi(words.back(), &sectors) ? sectors * kSectorBytes : 0;
}

/// Counts what QEMU traces, line by line.
class EventCounter {
 public:
  void Take(std::string_view line) {
    if (absl::StartsWith(line, "virtio_blk_handle_read ")) {
      ++events_.disk_reads;
      events_.disk_bytes += BytesOfRead(line);
    } else if (line == "counting_begins") {
      events_ = {};
    }
  }

  /// Of the cost, what is traced.
  const Cost& events() const { return events_; }

 private:
  Cost events_;
};

std::string PluginArgument(const Subject& subject, std::string_view out) {
  std::string argument = absl::StrCat(qemu::Runfile(kPlugin), ",out=", out);
  if (subject.first_instruction != 0) {
    absl::StrAppend(&argument, ",from=", subject.first_instruction);
  }
  return argument;
}

/// What of a sparse file has been written.
uint64_t AllocatedBytes(const std::string& path) {
  struct stat status{};
  if (stat(path.c_str(), &status) != 0) return 0;
  return static_cast<uint64_t>(status.st_blocks) * 512;
}

}  // namespace

absl::StatusOr<Cost> Measure(const Subject& subject) {
  absl::StatusOr<qemu::TemporaryDirectory> directory =
      qemu::TemporaryDirectory::Create();
  if (!directory.ok()) return directory.status();
  const std::string out = directory->Child("counts");
  const std::string memory = directory->Child("memory");

  Machine counted = subject.machine;
  counted.WithTrace("virtio_blk_handle_read")
      .WithMemoryFile(memory)
      .WithArguments({"-d", "plugin", "-plugin"})
      .WithArguments({PluginArgument(subject, out)});
  absl::StatusOr<std::unique_ptr<Qemu>> qemu = Run(counted);
  if (!qemu.ok()) return qemu.status();
  auto counts = ReadCounts(out);
  if (!counts.ok()) return counts.status();
  EventCounter counter;
  const absl::Status visited =
      (*qemu)->VisitTrace([&](std::string_view line) { counter.Take(line); });
  if (!visited.ok()) return visited;

  Cost cost = counter.events();
  cost.instructions = (*counts)["instructions"];
  cost.waiting_instructions = (*counts)["waiting_instructions"];
  cost.register_accesses = (*counts)["accesses"];
  cost.serial_characters = (*qemu)->serial().size();
  cost.memory_bytes = AllocatedBytes(memory);
  return cost;
}

absl::StatusOr<double> MeasureSeconds(const Machine& machine) {
  const auto start = std::chrono::steady_clock::now();
  const absl::StatusOr<std::unique_ptr<Qemu>> qemu = Run(machine);
  if (!qemu.ok()) return qemu.status();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start)
      .count();
}

}  // namespace flint::bench
