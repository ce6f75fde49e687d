// SPDX-License-Identifier: Apache-2.0
//
// make_read_plan DISK KERNEL INITRD OUTPUT
//
// Finds two files on a disk image, by their contents, and writes for the bare
// loop what to read to where. Both must lie there in one piece.
#include <algorithm>
#include <cstdint>
#include <fstream>
#include <iostream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platforms/base/bytes.h"
#include "testing/bench/read_plan.h"

namespace flint::bench {
namespace {

/// As much as Flint's driver asks for at once, so that the same number of the
/// host's threads can be busy.
constexpr uint64_t kRequestBytes = 2 << 20;

/// Where the kernel wants to be, and an initrd is in nobody's way.
constexpr uint64_t kKernelAddress = 16 << 20;
constexpr uint64_t kInitrdAddress = 256 << 20;

/// Boot sector and one more, as make_end_kernel makes them; the 64-bit entry
/// is this far behind them.
constexpr uint64_t kSetupBytes = 1024;
constexpr uint64_t kLongModeDoor = 0x200;

std::string ReadFile(const char* path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::optional<uint64_t> FindSector(std::string_view disk,
                                   std::string_view file) {
  for (size_t place = 0; place + file.size() <= disk.size();
       place += kSectorBytes) {
    if (disk.substr(place, file.size()) == file) return place / kSectorBytes;
  }
  return std::nullopt;
}

bool AddFile(std::string_view disk,
             std::string_view file,
             uint64_t address,
             std::vector<PlannedRead>& reads) {
  const std::optional<uint64_t> sector = FindSector(disk, file);
  if (!sector) return false;
  for (uint64_t done = 0; done < file.size(); done += kRequestBytes) {
    const uint64_t left = std::min(file.size() - done, kRequestBytes);
    const uint64_t whole =
        (left + kSectorBytes - 1) / kSectorBytes * kSectorBytes;
    reads.push_back({.sector = *sector + done / kSectorBytes,
                     .address = address + done,
                     .size_bytes = static_cast<uint32_t>(whole),
                     .reserved = 0});
  }
  return true;
}

int Run(char** paths) {
  const std::string disk = ReadFile(paths[0]);
  std::vector<PlannedRead> reads;
  if (!AddFile(disk, ReadFile(paths[1]), kKernelAddress - kSetupBytes, reads) ||
      !AddFile(disk, ReadFile(paths[2]), kInitrdAddress, reads) ||
      reads.size() > kMostReads) {
    std::cerr << "kernel and initrd are not on the disk in one piece each, or "
                 "too large\n";
    return 1;
  }
  std::ofstream output(paths[3], std::ios::binary);
  const ReadPlan plan{.kernel_entry = kKernelAddress + kLongModeDoor,
                      .read_count = reads.size()};
  output << AsText(AsBytes(plan));
  for (const PlannedRead& read : reads) output << AsText(AsBytes(read));
  return output.flush() ? 0 : 1;
}

}  // namespace
}  // namespace flint::bench

int main(int argc, char** argv) {
  return argc == 5 ? flint::bench::Run(argv + 1) : 2;
}
