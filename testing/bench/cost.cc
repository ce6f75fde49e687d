// SPDX-License-Identifier: Apache-2.0
#include "testing/bench/cost.h"

#include <sys/stat.h>

#include <chrono>
#include <fstream>
#include <memory>
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

/// The value of `name` in what the plugin wrote.
uint64_t ValueOf(const std::string& path, std::string_view name) {
  std::ifstream file(path);
  std::string word;
  uint64_t value = 0;
  while (file >> word >> value) {
    if (word == name) return value;
  }
  return 0;
}

/// "... nsectors 8"
uint64_t BytesOfRead(std::string_view line) {
  const std::vector<std::string_view> words = absl::StrSplit(line, ' ');
  uint64_t sectors = 0;
  return absl::SimpleAtoi(words.back(), &sectors) ? sectors * kSectorBytes : 0;
}

absl::Status CountEvents(const Qemu& qemu, Cost& cost) {
  return qemu.VisitTrace([&](std::string_view line) {
    if (absl::StartsWith(line, "memory_region_ops_")) {
      ++cost.register_accesses;
    } else if (absl::StartsWith(line, "virtio_blk_handle_read ")) {
      ++cost.disk_reads;
      cost.disk_bytes += BytesOfRead(line);
    }
  });
}

/// What of a sparse file has been written.
uint64_t AllocatedBytes(const std::string& path) {
  struct stat status{};
  if (stat(path.c_str(), &status) != 0) return 0;
  return static_cast<uint64_t>(status.st_blocks) * 512;
}

}  // namespace

absl::StatusOr<Cost> Measure(const Machine& machine) {
  absl::StatusOr<qemu::TemporaryDirectory> directory =
      qemu::TemporaryDirectory::Create();
  if (!directory.ok()) return directory.status();
  const std::string counts = directory->Child("counts");
  const std::string memory = directory->Child("memory");

  Machine counted = machine;
  counted.WithTrace("memory_region_ops_*")
      .WithTrace("virtio_blk_handle_read")
      .WithMemoryFile(memory)
      .WithArguments(
          {"-plugin", absl::StrCat(qemu::Runfile(kPlugin), ",out=", counts)});
  absl::StatusOr<std::unique_ptr<Qemu>> qemu = Run(counted);
  if (!qemu.ok()) return qemu.status();

  Cost cost{.waiting_instructions = ValueOf(counts, "waiting"),
            .serial_characters = (*qemu)->serial().size(),
            .memory_bytes = AllocatedBytes(memory)};
  cost.instructions =
      ValueOf(counts, "instructions") - cost.waiting_instructions;
  if (const absl::Status counted_events = CountEvents(**qemu, cost);
      !counted_events.ok()) {
    return counted_events;
  }
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
