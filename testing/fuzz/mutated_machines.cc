// SPDX-License-Identifier: Apache-2.0
//
// mutated_machines [--count=N] [--first=N] [--sequence=N] [--verbose]
//
// As mutated_images, with the same disks, but in virtual machines: whatever is
// handed over to runs. Fails if the firmware does not get there, or to its
// report, within a minute.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "platforms/base/bytes.h"
#include "testing/fuzz/mutation.h"
#include "testing/fuzz/overlay_image.h"
#include "testing/fuzz/seed_disks.h"
#include "testing/fuzz/sequence_options.h"
#include "testing/qemu/machine.h"
#include "testing/qemu/qemu.h"
#include "testing/qemu/runfiles.h"
#include "testing/qemu/temporary_directory.h"

namespace flint::fuzz {
namespace {

using qemu::Machine;
using qemu::Qemu;

constexpr std::chrono::minutes kLimit{1};
constexpr uint64_t kDefaultCount = 4;
/// What QEMU exits with when the kernel of `make_end_kernel` ran: odd, above 1.
constexpr int kFirstDoorStatus = 3;
constexpr std::string_view kReport = "no bootable operating system found";
/// What is said, for who debugs, before a candidate is loaded, and when it gets
/// the processor. That one crashes or hangs whose code was damaged is its own
/// affair.
constexpr std::string_view kLoading = "flint: booting ";
constexpr std::string_view kStarting = " us: started";

enum class Ending : uint8_t { kBooted, kReported, kSilent };

void WriteImage(const OverlayImage& image, const std::string& path) {
  constexpr size_t kPieceBytes = size_t{64} << 10;
  static constexpr std::array<std::byte, kPieceBytes> kBlank{};
  std::ofstream file(path, std::ios::binary);
  std::vector<std::byte> piece;
  for (uint64_t at = 0; at < image.size_bytes(); at += piece.size()) {
    piece.resize(std::min<uint64_t>(kPieceBytes, image.size_bytes() - at));
    image.Read(at, piece);
    if (std::ranges::equal(piece, std::span(kBlank).first(piece.size())) &&
        at + piece.size() < image.size_bytes()) {
      file.seekp(static_cast<std::streamoff>(at + piece.size()));
    } else {
      file << AsText(piece);
    }
  }
}

Machine MachineWith(const SeedDisk& seed, const std::string& path) {
  return Machine::Q35()
      .WithMemoryMib(256)
      .WithKernel(qemu::Runfile("firmware.elf"))
      .WithCommandLine("flint.on_failure=poweroff flint.log=debug")
      .WithArguments({"-device", "isa-debug-exit,iobase=0xf4"})
      .WithDisk({.image = path,
                 .kind = seed.block_size_bytes == 2048
                             ? qemu::DiskKind::kSataCdRom
                             : qemu::DiskKind::kVirtioBlk,
                 .block_size_bytes = seed.block_size_bytes});
}

/// True if a candidate had the processor when the machine was last heard of.
bool IsHandedOver(std::string_view said) {
  const size_t starting = said.rfind(kStarting);
  const size_t loading = said.rfind(kLoading);
  return starting != said.npos && loading != said.npos && starting > loading;
}

absl::StatusOr<Ending> Boot(const SeedDisk& seed,
                            const std::string& path,
                            bool is_verbose) {
  absl::StatusOr<std::unique_ptr<Qemu>> vm =
      Qemu::Start(MachineWith(seed, path));
  if (!vm.ok()) return vm.status();
  const absl::StatusOr<int> status = (*vm)->ExpectExit(kLimit);
  const std::string& said = (*vm)->serial();
  if (is_verbose) std::printf("%s\n", said.c_str());
  if (status.ok() && *status >= kFirstDoorStatus) return Ending::kBooted;
  if (absl::StrContains(said, kReport)) return Ending::kReported;
  if (IsHandedOver(said)) return Ending::kBooted;
  if (!status.ok()) return status.status();
  return Ending::kSilent;
}

int Run(const SequenceOptions& options) {
  const auto directory = qemu::TemporaryDirectory::Create();
  if (!directory.ok()) return 2;
  const std::string path = directory->Child("disk");
  SequenceResults results;
  for (uint64_t i = 0; i < options.count; ++i) {
    const uint64_t number = options.first + i;
    const MutatedDisk disk = MakeMutatedDisk(options.sequence, number);
    WriteImage(Apply(disk), path);
    const auto ending = Boot(SeedDisks()[disk.seed], path, options.is_verbose);
    if (!ending.ok()) {
      std::printf("%s\n", ending.status().ToString().c_str());
      results.CountFailure(number, "no end:", 0);
    } else if (*ending == Ending::kBooted) {
      results.CountBoot();
    } else if (*ending == Ending::kReported) {
      results.CountReport();
    } else {
      results.CountFailure(number, "no report:", 0);
    }
  }
  return results.Finish();
}

}  // namespace
}  // namespace flint::fuzz

int main(int argc, char** argv) {
  using namespace flint::fuzz;
  // `bazel run` passes on how long the test may take, which is not meant for
  // as many machines as somebody asks for.
  if (argc > 1) unsetenv("TEST_TIMEOUT");
  return Run(ParseSequenceOptions(argc, argv, kDefaultCount));
}
