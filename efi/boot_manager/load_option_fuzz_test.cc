// SPDX-License-Identifier: Apache-2.0
// The input is the value of a Boot#### variable.
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "efi/boot_manager/load_option.h"
#include "platforms/base/bytes.h"
#include "platforms/base/check.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace flint;
  const Bytes bytes = std::as_bytes(std::span(data, size));

  const auto option = efi::LoadOption::Parse(bytes);

  if (!option) return 0;
  std::array<char, 100> text;
  FLINT_CHECK(option->Description(text).size() <= text.size(), "text too long");
  FLINT_CHECK(option->path().size_bytes() <= option->paths().size(),
              "path longer than the list");
  FLINT_CHECK(option->paths().size() + option->optional_data().size() <= size,
              "parts longer than the whole");
  for (const efi::DeviceNode node : option->path()) {
    FLINT_CHECK(node.size_bytes() >= 4, "node without header");
  }
  return 0;
}
