// SPDX-License-Identifier: Apache-2.0
//
// mutated_images [--count=N] [--first=N] [--sequence=N] [--verbose]
//
// Boots damaged disks by the firmware on the host, each in a process of its
// own. Fails if one crashes it, makes it hang, or ends in neither a boot nor a
// report. `--first=N --count=1 --verbose` is number N of a sequence again.
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "boot/firmware/host_firmware.h"
#include "testing/fuzz/mutation.h"
#include "testing/fuzz/overlay_image.h"
#include "testing/fuzz/seed_disks.h"
#include "testing/fuzz/sequence_options.h"

namespace flint::fuzz {
namespace {

/// Many times what the slowest takes on a busy machine, under sanitizers.
constexpr unsigned kMaxSeconds = 20;

constexpr uint64_t kDefaultCount = 48;

enum Exit : int { kBooted = 10, kReported = 11, kSilent = 12 };

Exit Boot(const MutatedDisk& disk, bool is_verbose) {
  OverlayImage image = Apply(disk);
  OverlayDisk device(
      image, SeedDisks()[disk.seed].block_size_bytes, disk.is_read_only);
  const boot::HostBoot boot = boot::HostFirmware(device).Boot();
  if (is_verbose) {
    for (const auto& name : boot.started) std::printf("%s\n", name.c_str());
    for (const auto& line : boot.report) std::printf("%s\n", line.c_str());
  }
  if (!boot.started.empty()) return kBooted;
  return boot.report.empty() ? kSilent : kReported;
}

/// Damage shows nothing on a disk of which not all boots without.
bool BootsAll(size_t seed) {
  OverlayImage image(SeedImage::Of(seed).bytes());
  OverlayDisk device(image, SeedDisks()[seed].block_size_bytes);
  const boot::HostBoot boot = boot::HostFirmware(device).Boot();
  if (boot.started.size() == SeedDisks()[seed].bootable_count) return true;
  std::printf("%s: %zu started\n", SeedDisks()[seed].path, boot.started.size());
  for (const auto& line : boot.report) std::printf("  %s\n", line.c_str());
  return false;
}

/// What a child of its own comes to; a crash costs nobody else.
int BootInChild(const SequenceOptions& options, uint64_t number) {
  const pid_t child = fork();
  if (child == 0) {
    alarm(kMaxSeconds);
    const Exit exit =
        Boot(MakeMutatedDisk(options.sequence, number), options.is_verbose);
    std::fflush(stdout);
    _exit(exit);
  }
  int status = -1;
  if (child < 0 || waitpid(child, &status, 0) != child) std::abort();
  return status;
}

int Run(const SequenceOptions& options) {
  // They are read for all children, too.
  for (size_t i = 0; i < SeedDisks().size(); ++i) {
    if (!BootsAll(i)) return 1;
  }
  SequenceResults results;
  for (uint64_t i = 0; i < options.count; ++i) {
    const uint64_t number = options.first + i;
    const int status = BootInChild(options, number);
    if (WIFSIGNALED(status)) {
      results.CountFailure(number, "signal", WTERMSIG(status));
    } else if (WEXITSTATUS(status) == kBooted) {
      results.CountBoot();
    } else if (WEXITSTATUS(status) == kReported) {
      results.CountReport();
    } else {
      results.CountFailure(number, "exit status", WEXITSTATUS(status));
    }
  }
  return results.Finish();
}

}  // namespace
}  // namespace flint::fuzz

int main(int argc, char** argv) {
  using namespace flint::fuzz;
  return Run(ParseSequenceOptions(argc, argv, kDefaultCount));
}
