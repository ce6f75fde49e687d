// SPDX-License-Identifier: Apache-2.0
#include "testing/bench/contest.h"

#include <regex>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "testing/bench/firmware_file.h"
#include "testing/bench/program_entry.h"

namespace flint::bench {
namespace {

constexpr std::string_view kFirmware = "firmware";
constexpr std::string_view kBootLoader = "boot loader";
constexpr std::string_view kKernel = "kernel";
constexpr std::string_view kServicesLeft = "boot services left";
constexpr std::string_view kKernelEntered = "kernel entered";

constexpr std::string_view kWatched = "watched";
constexpr uint64_t kBiosBootSector = 0x7C00;
constexpr uint64_t kRomEnd = uint64_t{1} << 32;

/// The stages of Flint's timeline, as it prints it, in the order of the marks.
absl::StatusOr<std::vector<std::string>> ReadTimeline(
    const Contender& contender) {
  qemu::Machine machine = contender.machine;
  machine.WithArguments({"-fw_cfg", "name=opt/flint/log,string=debug"});
  const absl::StatusOr<std::string> said = Watch(machine);
  if (!said.ok()) return said.status();
  // "flint: debug: 123 us: searched: virtio-blk ..."
  const std::regex mark("debug: [0-9]+ us: ([^:\r\n]+)");
  std::vector<std::string> stages;
  for (std::sregex_iterator match(said->begin(), said->end(), mark), end;
       match != end;
       ++match) {
    stages.push_back((*match)[1]);
  }
  return stages;
}

/// Cuts the way to the end into segments.
class Cutter {
 public:
  /// What came before is named so.
  void Cut(std::string_view name, uint64_t instructions) {
    if (instructions <= last_) return;
    segments_.push_back(
        {.name = std::string(name), .instructions = instructions - last_});
    last_ = instructions;
  }

  std::vector<Segment> Take() && { return std::move(segments_); }

 private:
  uint64_t last_ = 0;
  std::vector<Segment> segments_;
};

/// Flint's, by the marks that it makes: those it shows, and those that follow.
std::vector<Segment> CutByMarks(const Measurement& measurement,
                                std::span<const std::string> stages) {
  std::vector<std::string_view> names(stages.begin(), stages.end());
  // ExitBootServices, begun and done.
  names.insert(names.end(), {kBootLoader, kServicesLeft});
  size_t next = 0;
  std::string_view rest = kKernelEntered;
  Cutter cutter;
  for (const Event& event : measurement.events) {
    if (event.name != kWatched) {
      cutter.Cut(rest, event.instructions);
      rest = kKernel;
    } else if (next < names.size()) {
      cutter.Cut(names[next++], event.instructions);
      if (next > stages.size()) rest = kBootLoader;
    }
  }
  cutter.Cut(rest, measurement.cost.instructions);
  return std::move(cutter).Take();
}

/// Others', by the programs that they start, one after the other.
std::vector<Segment> CutByPrograms(const Measurement& measurement,
                                   std::span<const std::string_view> programs) {
  std::string_view running = kFirmware;
  auto next = programs.begin();
  Cutter cutter;
  for (const Event& event : measurement.events) {
    if (next == programs.end()) break;
    cutter.Cut(running, event.instructions);
    running = *next++;
  }
  cutter.Cut(running, measurement.cost.instructions);
  return std::move(cutter).Take();
}

/// Adds the entry that `read` finds in a file, if there is one.
absl::Status AddProgram(
    const std::string& path,
    absl::StatusOr<std::string> (*read)(const std::string& path),
    Subject& subject) {
  if (path.empty()) return absl::OkStatus();
  absl::StatusOr<std::string> entry = read(path);
  if (!entry.ok()) return entry.status();
  subject.programs.push_back(*std::move(entry));
  return absl::OkStatus();
}

/// Adds what is of interest in Flint's way.
absl::Status AddFlint(const Contender& contender,
                      const FirmwareFile& image,
                      Subject& subject) {
  const absl::StatusOr<FlintSymbols> symbols =
      ReadFlintSymbols(contender.symbols);
  if (!symbols.ok()) return symbols.status();
  subject.own_code = symbols->code;
  if (image.first_instruction == 0) {
    subject.own_code.push_back(
        {.first = kRomEnd - image.size_bytes, .last = kRomEnd - 1});
  }
  subject.watched.push_back(symbols->mark_function);
  return AddProgram(contender.kernel, ReadKernelEntry, subject);
}

/// Adds what is of interest in another firmware's way.
absl::Status AddOther(const Contender& contender, Subject& subject) {
  if (contender.starts_boot_sector) subject.watched.push_back(kBiosBootSector);
  if (const absl::Status added =
          AddProgram(contender.boot_loader, ReadPeEntry, subject);
      !added.ok()) {
    return added;
  }
  return AddProgram(contender.kernel, ReadKernelEntry, subject);
}

absl::StatusOr<FirmwareFile> ImageOf(const Contender& contender) {
  if (contender.image.empty()) return FirmwareFile{};
  return ReadFirmwareFile(contender.image);
}

absl::StatusOr<Measurement> MeasureContender(const Contender& contender,
                                             const FirmwareFile& image) {
  Subject subject{.machine = contender.machine,
                  .first_instruction = image.first_instruction};
  const absl::Status added = contender.symbols.empty()
                                 ? AddOther(contender, subject)
                                 : AddFlint(contender, image, subject);
  if (!added.ok()) return added;
  return Measure(subject);
}

absl::StatusOr<std::vector<Segment>> Cut(const Contender& contender,
                                         const Measurement& measurement) {
  if (!contender.symbols.empty()) {
    const auto stages = ReadTimeline(contender);
    if (!stages.ok()) return stages.status();
    return CutByMarks(measurement, *stages);
  }
  std::vector<std::string_view> programs;
  if (contender.starts_boot_sector || !contender.boot_loader.empty()) {
    programs.push_back(kBootLoader);
  }
  if (!contender.kernel.empty()) programs.push_back(kKernel);
  return CutByPrograms(measurement, programs);
}

}  // namespace

absl::StatusOr<Result> Count(const Contender& contender) {
  const auto image = ImageOf(contender);
  if (!image.ok()) return image.status();
  const auto measurement = MeasureContender(contender, *image);
  if (!measurement.ok()) return measurement.status();
  const auto segments = Cut(contender, *measurement);
  if (!segments.ok()) return segments.status();
  return Result{.firmware = contender.firmware,
                .image_bytes = image->size_bytes,
                .cost = measurement->cost,
                .segments = *segments};
}

absl::StatusOr<Cost> CostOf(const Contender& contender) {
  const auto image = ImageOf(contender);
  if (!image.ok()) return image.status();
  const auto measurement = MeasureContender(contender, *image);
  if (!measurement.ok()) return measurement.status();
  return measurement->cost;
}

}  // namespace flint::bench
