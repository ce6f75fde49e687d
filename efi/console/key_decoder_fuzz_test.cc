// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <span>

#include "efi/console/key_decoder.h"

namespace flint::efi {
namespace {

/// A key is one thing or the other, and never half a character.
void Check(const std::optional<abi::EFI_KEY_DATA>& key) {
  if (!key) return;
  const abi::EFI_INPUT_KEY& input = key->Key;
  const bool is_function = input.ScanCode != abi::SCAN_NULL;
  const bool is_character = input.UnicodeChar != abi::CHAR_NULL;
  if (is_function == is_character || input.ScanCode > abi::SCAN_ESC ||
      (input.UnicodeChar >= 0xD800 && input.UnicodeChar <= 0xDFFF)) {
    std::abort();
  }
}

}  // namespace
}  // namespace flint::efi

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  flint::efi::KeyDecoder decoder;
  uint64_t now_ns = 0;
  for (const uint8_t byte : std::span(data, size)) {
    // A byte that no sequence has stands for a pause.
    if (byte == 0xFF) {
      now_ns += flint::efi::KeyDecoder::kEscapeNs;
      flint::efi::Check(decoder.TakeLate(now_ns));
      if (decoder.is_waiting()) std::abort();
    } else {
      flint::efi::Check(decoder.Take(byte, now_ns));
    }
  }
  return 0;
}
