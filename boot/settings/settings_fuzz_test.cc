// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "boot/settings/settings.h"
#include "platforms/base/bytes.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text =
      flint::AsText(std::as_bytes(std::span(data, size)));
  flint::settings::Settings settings;

  settings.ApplyWords(text);

  // Whatever was said, an entry is a piece of it.
  if (settings.boot_entry().size() > text.size()) std::abort();
  return 0;
}
