// SPDX-License-Identifier: Apache-2.0
#include "testing/bench/cost.h"

#include <chrono>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
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
constexpr size_t kPageBytes = 4096;
constexpr size_t kMebibyte = 1 << 20;
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

/// Adds what the plugin wrote.
absl::Status ReadCounts(const std::string& path, Measurement& measurement) {
  std::ifstream file(path);
  if (!file) {
    return absl::FailedPreconditionError(
        "the firmware's first instruction was not executed");
  }
  Cost& cost = measurement.cost;
  const std::map<std::string_view, uint64_t*> figures = {
      {"instructions", &cost.instructions},
      {"own_instructions", &cost.own_instructions},
      {"waiting_instructions", &cost.waiting_instructions},
      {"accesses", &cost.register_accesses},
      {"own_accesses", &cost.own_register_accesses}};
  std::string name;
  uint64_t value = 0;
  while (file >> name >> value) {
    if (const auto figure = figures.find(name); figure != figures.end()) {
      *figure->second = value;
    } else if (name == "watched" || absl::StartsWith(name, "started_")) {
      measurement.events.push_back({.name = name, .instructions = value});
    }
  }
  return absl::OkStatus();
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
  for (const AddressRange& range : subject.own_code) {
    absl::StrAppend(&argument, ",own=", range.first, "-", range.last);
  }
  for (const uint64_t address : subject.watched) {
    absl::StrAppend(&argument, ",watch=", address);
  }
  for (const std::string& program : subject.programs) {
    absl::StrAppend(&argument, ",start=", absl::BytesToHexString(program));
  }
  return argument;
}

/// A MiB of memory before a machine starts: of bytes that nobody leaves there.
/// Zeros in the first, of which QEMU's PVH ROM believes that it is clear.
std::string UntouchedMebibyte(int index) {
  return std::string(kMebibyte, index == 0 ? '\0' : '\xA5');
}

/// Makes a file of memory that is as yet untouched.
absl::Status WriteMemory(const std::string& path, int mebibytes) {
  std::ofstream file(path, std::ios::binary);
  for (int i = 0; i < mebibytes; ++i) file << UntouchedMebibyte(i);
  if (!file.flush()) return absl::UnavailableError("no room for " + path);
  return absl::OkStatus();
}

/// How much of such memory was written since, in whole pages.
absl::StatusOr<uint64_t> TouchedBytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string mebibyte(kMebibyte, '\0');
  uint64_t bytes = 0;
  for (int i = 0; file.read(mebibyte.data(), kMebibyte); ++i) {
    const std::string untouched = UntouchedMebibyte(i);
    for (size_t page = 0; page < kMebibyte; page += kPageBytes) {
      if (mebibyte.compare(page, kPageBytes, untouched, page, kPageBytes) !=
          0) {
        bytes += kPageBytes;
      }
    }
  }
  if (!file.eof()) return absl::UnavailableError("cannot read " + path);
  return bytes;
}

}  // namespace

absl::StatusOr<Measurement> Measure(const Subject& subject) {
  absl::StatusOr<qemu::TemporaryDirectory> directory =
      qemu::TemporaryDirectory::Create();
  if (!directory.ok()) return directory.status();
  const std::string out = directory->Child("counts");
  const std::string memory = directory->Child("memory");
  Machine counted = subject.machine;
  if (const absl::Status written =
          WriteMemory(memory, counted.memory_mebibytes());
      !written.ok()) {
    return written;
  }
  counted.WithTrace("virtio_blk_handle_read")
      .WithMemoryFile(memory)
      .WithArguments({"-d", "plugin", "-plugin"})
      .WithArguments({PluginArgument(subject, out)});
  absl::StatusOr<std::unique_ptr<Qemu>> qemu = Run(counted);
  if (!qemu.ok()) return qemu.status();
  EventCounter counter;
  if (const absl::Status visited = (*qemu)->VisitTrace(
          [&](std::string_view line) { counter.Take(line); });
      !visited.ok()) {
    return visited;
  }
  Measurement measurement{.cost = counter.events()};
  if (const absl::Status read = ReadCounts(out, measurement); !read.ok()) {
    return read;
  }
  measurement.cost.serial_characters = (*qemu)->serial().size();
  const absl::StatusOr<uint64_t> touched = TouchedBytes(memory);
  if (!touched.ok()) return touched.status();
  measurement.cost.memory_bytes = *touched;
  return measurement;
}

absl::StatusOr<std::string> Watch(const Machine& machine) {
  const absl::StatusOr<std::unique_ptr<Qemu>> qemu = Run(machine);
  if (!qemu.ok()) return qemu.status();
  return (*qemu)->serial();
}

absl::StatusOr<double> MeasureSeconds(const Machine& machine) {
  const auto start = std::chrono::steady_clock::now();
  const absl::StatusOr<std::string> said = Watch(machine);
  if (!said.ok()) return said.status();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start)
      .count();
}

}  // namespace flint::bench
