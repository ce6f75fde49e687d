// SPDX-License-Identifier: Apache-2.0
// The input is the start of a kernel's file, from offset 0x1f1, and says how
// long the file is; all is loaded as far as it goes.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>

#include "boot/memory/memory_map.h"
#include "fs/volume/fake_file_system.h"
#include "loader/bzimage/fake_kernel.h"
#include "loader/bzimage/linux_loader.h"
#include "platforms/base/bytes.h"
#include "platforms/base/check.h"
#include "platforms/base/fake_guest_memory.h"

namespace flint::bzimage {
namespace {

constexpr uint64_t kRamStart = uint64_t{1} << 20;
constexpr uint64_t kRamSizeBytes = uint64_t{2} << 20;
constexpr std::string_view kInitrds[] = {"/initrd"};

void LoadKernel(std::string_view header) {
  FakeKernel kernel;
  kernel.header.setup_sects = 1;
  kernel.header.syssize = 0x400;
  kernel.header.pref_address = 0;
  std::string file = kernel.File();
  file.replace(linux_params::kSetupHeaderOffset, header.size(), header);
  volume::FakeFileSystem fs;
  fs.AddFile("/vmlinuz", file);
  fs.AddFile(kInitrds[0], std::string(1000, 'i'));
  FakeGuestMemory guest_memory;
  guest_memory.AddRegion(kRamStart, kRamSizeBytes);
  std::array<memory::MemoryRange, 32> ranges;
  memory::MemoryMap map(ranges);
  map.Build(
      std::array<memory::E820Entry, 1>{
          {{kRamStart, kRamSizeBytes, memory::E820Type::kRam}}},
      uint64_t{1} << 46);
  const uint64_t range_count = map.ranges().size();
  std::array<block::BlockExtent, 4> extents;
  LinuxLoader loader(map, guest_memory, extents);

  auto loaded = loader.Load({.file_system = fs,
                             .device = fs.device(),
                             .kernel_path = "/vmlinuz",
                             .initrd_paths = kInitrds,
                             .command_line = "quiet"});
  if (!loaded) {
    FLINT_CHECK(map.ranges().size() == range_count, "memory was lost");
    return;
  }
  const auto prepared = std::move(*loaded).Finish(memory::E820Cursor(map), 0);
  FLINT_CHECK(prepared.has_value(), "a loaded kernel cannot be started");
  FLINT_CHECK(
      guest_memory
          .Map(prepared->kernel_address, prepared->kernel_memory_size_bytes)
          .has_value(),
      "kernel is not in memory");
  FLINT_CHECK(guest_memory.Map(prepared->initrd_address, 1000).has_value(),
              "initrd is not in memory");
}

}  // namespace
}  // namespace flint::bzimage

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view input =
      flint::AsText(std::as_bytes(std::span(data, size)));
  flint::bzimage::LoadKernel(input.substr(0, 0x400));
  return 0;
}
