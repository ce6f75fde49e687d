// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace flint::boot {

/// A virtio-mmio device as VMMs without ACPI describe it to a kernel.
struct VirtioMmioDevice {
  uint64_t address = 0;
  uint64_t size_bytes = 0;

  friend bool operator==(const VirtioMmioDevice&,
                         const VirtioMmioDevice&) = default;
};

/// Reads a word of a command line, `virtio_mmio.device=SIZE@ADDRESS:IRQ[:ID]`:
/// numbers as the kernel reads them, the size also with one of the suffixes K,
/// M, G and T. Nothing if the word is not of that form. [linux-parameters]
std::optional<VirtioMmioDevice> ParseVirtioMmioWord(std::string_view word);

}  // namespace flint::boot
