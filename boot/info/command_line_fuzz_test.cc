// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "boot/info/command_line_words.h"
#include "boot/info/virtio_mmio_word.h"
#include "platforms/base/bytes.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  flint::boot::CommandLineWords words(
      flint::AsText(std::as_bytes(std::span(data, size))));
  while (const auto word = words.Next()) {
    if (word->empty()) std::abort();
    // A word that is passed on to kernels says one thing alone.
    if (flint::boot::ParseVirtioMmioWord(*word) &&
        word->find_first_of(" \t\n\",;") != word->npos) {
      std::abort();
    }
  }
  return 0;
}
