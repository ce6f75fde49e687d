// SPDX-License-Identifier: Apache-2.0

// Low memory as a hostile VMM may leave it: the input is all there is below
// 1 MiB, repeated, with the structure at its start.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "boot/info/zero_page.h"
#include "platforms/base/bytes.h"
#include "platforms/base/fake_guest_memory.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace flint;
  if (size == 0) return 0;
  const Bytes input = std::as_bytes(std::span(data, size));
  FakeGuestMemory memory;
  constexpr uint64_t kStart = 0x1000;
  const MutableBytes low = memory.AddRegion(kStart, 0x2'0000);
  for (size_t i = 0; i < low.size(); i += input.size()) {
    std::ranges::copy(input.first(std::min(input.size(), low.size() - i)),
                      low.begin() + static_cast<ptrdiff_t>(i));
  }
  const auto info = std::make_unique<boot::BootInfo>();

  const Status status = boot::ReadZeroPage(memory, kStart, *info);

  // What is kept must be readable, and within its bounds, either way.
  uint64_t sum = status.has_value() ? info->command_line().size() : 0;
  for (const auto& entry : info->memory()) sum += entry.size_bytes;
  for (const boot::Module& module : info->modules()) {
    if (module.size_bytes == 0) __builtin_trap();
    if (module.address + module.size_bytes < module.address) __builtin_trap();
    sum += module.command_line.view().size();
  }
  return sum == UINT64_MAX ? -1 : 0;
}
