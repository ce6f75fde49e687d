// SPDX-License-Identifier: Apache-2.0
#include "boot/firmware/mmio_discovery.h"

#include <span>

#include "boot/info/command_line_words.h"
#include "boot/info/virtio_mmio_word.h"
#include "drivers/acpi/device_memory.h"
#include "drivers/fdt/device_tree.h"
#include "platforms/base/log.h"

namespace flint::boot {
namespace {

/// What ACPI and device trees call a virtio-mmio device.
constexpr std::string_view kHardwareId = "LNRO0005";
constexpr std::string_view kCompatible = "virtio,mmio";

void FindInWords(std::string_view command_line, virtio::MmioDevices& devices) {
  CommandLineWords words(command_line);
  while (const auto word = words.Next()) {
    if (const auto device = ParseVirtioMmioWord(*word)) {
      devices.LookAt(device->address, device->size_bytes);
    }
  }
}

void FindInAcpi(const acpi::Tables& tables,
                const acpi::Fadt& fadt,
                virtio::MmioDevices& devices) {
  acpi::ForEachDeviceMemory(
      tables, fadt, kHardwareId, [&](const acpi::DeviceMemory& memory) {
        devices.LookAt(memory.address, memory.size_bytes);
      });
}

Status FindInDeviceTree(Bytes blob, virtio::MmioDevices& devices) {
  const fdt::DeviceTree tree = TRY(fdt::DeviceTree::Parse(blob));
  fdt::NodeSearch search(tree, kCompatible);
  while (const auto registers = TRY(search.Next())) {
    devices.LookAt(registers->address, registers->size_bytes);
  }
  return {};
}

}  // namespace

void FindMmioDevices(const MmioSources& sources, virtio::MmioDevices& devices) {
  FindInWords(sources.command_line, devices);
  if (sources.tables && sources.fadt) {
    FindInAcpi(*sources.tables, *sources.fadt, devices);
  }
  if (sources.device_tree.empty()) return;
  const Status found = FindInDeviceTree(sources.device_tree, devices);
  if (!found) log::Warning("the VMM's device tree: {}", found.error());
}

Result<std::string_view> KernelWordsOf(std::string_view command_line,
                                       Arena& arena) {
  constexpr std::string_view kSeparator = " ";
  size_t size = 0;
  CommandLineWords sizes(command_line);
  while (const auto word = sizes.Next()) {
    if (ParseVirtioMmioWord(*word)) size += word->size() + kSeparator.size();
  }
  const std::span<char> text = TRY(arena.AllocateArray<char>(size));
  size_t end = 0;
  CommandLineWords words(command_line);
  while (const auto word = words.Next()) {
    if (!ParseVirtioMmioWord(*word)) continue;
    end += word->copy(text.data() + end, word->size());
    end += kSeparator.copy(text.data() + end, kSeparator.size());
  }
  // Without the last separator.
  return std::string_view(text.data(), end == 0 ? 0 : end - 1);
}

}  // namespace flint::boot
