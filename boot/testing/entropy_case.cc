// SPDX-License-Identifier: Apache-2.0
#include "boot/testing/entropy_case.h"

#include <array>
#include <cstddef>
#include <optional>

#include "drivers/clock/tsc_clock.h"
#include "drivers/io/port_io.h"
#include "drivers/pci/port_config.h"
#include "drivers/pci/scan.h"
#include "drivers/rng/virtio_random_probe.h"
#include "platforms/base/arena.h"

namespace flint::boot {

Status UseEntropyDevice(io::Cpu& processor,
                        GuestMemory& memory,
                        memory::PageAllocator& pages,
                        io::DeviceMapper& mapper,
                        MutableBytes out) {
  io::PortIo ports;
  clock::TscClock clock({.cpu = processor,
                         .ports = ports,
                         .memory = memory,
                         .kvm_clock = {},
                         .pm_timer = std::nullopt});
  std::array<std::byte, 1024> arena_memory;
  Arena arena(arena_memory);
  pci::PortConfig config(ports);
  std::array<pci::Function, 16> functions;
  std::optional<rng::VirtioRandom> place;

  rng::VirtioRandom* random = rng::ProbeVirtioRandom(
      {.pci = {.config = config, .mapper = mapper, .ports = ports},
       .functions = pci::Scan(config, functions).functions,
       .mmio_devices = {}},
      {.clock = clock, .memory = memory, .pages = pages, .arena = arena},
      place);
  if (random == nullptr) {
    return Fail(ErrorCode::kNotFound, "no entropy device");
  }
  TRY(random->Fill(out));
  return random->Quiesce();
}

}  // namespace flint::boot
