// SPDX-License-Identifier: Apache-2.0
//
// The whole firmware on the host, from a disk to the jump: `mutation.h` says
// what an input means.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "boot/firmware/host_firmware.h"
#include "testing/fuzz/mutation.h"
#include "testing/fuzz/overlay_image.h"
#include "testing/fuzz/seed_disks.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto disk =
      flint::fuzz::DecodeMutatedDisk(std::as_bytes(std::span(data, size)));
  flint::fuzz::OverlayImage image = Apply(disk);
  flint::fuzz::OverlayDisk device(
      image,
      flint::fuzz::SeedDisks()[disk.seed].block_size_bytes,
      disk.is_read_only);
  const flint::boot::HostBoot boot = flint::boot::HostFirmware(device).Boot();
  // Whatever happens, it is told.
  if (boot.report.empty()) std::abort();
  return 0;
}
