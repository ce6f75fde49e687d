// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <span>

#include "drivers/fdt/device_tree.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const flint::Bytes input = std::as_bytes(std::span(data, size));
  const auto tree = flint::fdt::DeviceTree::Parse(input);
  if (!tree) return 0;
  flint::fdt::NodeSearch search(*tree, "virtio,mmio");
  // Ends: everything found takes some of the input.
  for (auto next = search.Next(); next && *next; next = search.Next()) {
  }
  return 0;
}
