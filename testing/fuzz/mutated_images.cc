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
#include <string_view>

#include "boot/firmware/host_firmware.h"
#include "testing/fuzz/mutation.h"
#include "testing/fuzz/overlay_image.h"
#include "testing/fuzz/seed_disks.h"

namespace flint::fuzz {
namespace {

/// Many times what the slowest takes on a busy machine, under sanitizers.
constexpr unsigned kMaxSeconds = 20;

struct Options {
  uint64_t count = 100;
  uint64_t first = 0;
  uint64_t sequence = 1;
  bool is_verbose = false;
};

enum Exit : int { kBooted = 10, kReported = 11, kWrong = 12 };

Options ParseOptions(int argc, char** argv) {
  Options options;
  const auto number = [](std::string_view argument, std::string_view name) {
    return std::strtoull(argument.substr(name.size()).data(), nullptr, 10);
  };
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument.starts_with("--count=")) {
      options.count = number(argument, "--count=");
    } else if (argument.starts_with("--first=")) {
      options.first = number(argument, "--first=");
    } else if (argument.starts_with("--sequence=")) {
      options.sequence = number(argument, "--sequence=");
    } else if (argument == "--verbose") {
      options.is_verbose = true;
    } else {
      std::fprintf(stderr, "unknown option %s\n", argv[i]);
      std::exit(2);
    }
  }
  return options;
}

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
  return boot.report.empty() ? kWrong : kReported;
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
int BootInChild(const Options& options, uint64_t number) {
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

int Run(const Options& options) {
  // They are read for all children, too.
  for (size_t i = 0; i < SeedDisks().size(); ++i) {
    if (!BootsAll(i)) return 1;
  }
  uint64_t booted = 0;
  uint64_t reported = 0;
  uint64_t failed = 0;
  for (uint64_t i = 0; i < options.count; ++i) {
    const uint64_t number = options.first + i;
    const int status = BootInChild(options, number);
    const int exit = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
    booted += exit == kBooted;
    reported += exit == kReported;
    if (exit != kBooted && exit != kReported) {
      ++failed;
      std::printf("number %llu (%s): %s %d\n",
                  static_cast<unsigned long long>(number),
                  SeedDisks()[number % SeedDisks().size()].path,
                  WIFSIGNALED(status) ? "signal" : "exit status",
                  WIFSIGNALED(status) ? WTERMSIG(status) : exit);
      std::fflush(stdout);
    }
    if ((i + 1) % 1000 == 0) {
      std::printf("%llu disks\n", static_cast<unsigned long long>(i + 1));
      std::fflush(stdout);
    }
  }
  std::printf("%llu disks: %llu booted, %llu reported, %llu failed\n",
              static_cast<unsigned long long>(options.count),
              static_cast<unsigned long long>(booted),
              static_cast<unsigned long long>(reported),
              static_cast<unsigned long long>(failed));
  // Damage that nothing survives, or that nothing notices, tests little.
  const bool is_telling = options.count < 100 || (booted != 0 && reported != 0);
  return failed == 0 && is_telling ? 0 : 1;
}

}  // namespace
}  // namespace flint::fuzz

int main(int argc, char** argv) {
  return flint::fuzz::Run(flint::fuzz::ParseOptions(argc, argv));
}
