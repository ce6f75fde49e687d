// SPDX-License-Identifier: Apache-2.0
#include "boot/info/virtio_mmio_word.h"

#include <charconv>
#include <limits>
#include <system_error>

namespace flint::boot {
namespace {

constexpr std::string_view kPrefix = "virtio_mmio.device=";

bool Consume(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

/// Takes a number off the front: hexadecimal behind 0x, octal behind 0, else
/// decimal.
std::optional<uint64_t> TakeNumber(std::string_view& text) {
  int base = 10;
  if (Consume(text, "0x") || Consume(text, "0X")) {
    base = 16;
  } else if (text.starts_with('0')) {
    base = 8;
  }
  uint64_t number = 0;
  const auto [stop, error] =
      std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<size_t>(stop - text.data()));
  return number;
}

/// How far a suffix shifts the number before it; takes it off.
int TakeSuffix(std::string_view& text) {
  int shift = 0;
  for (const std::string_view letters : {"kK", "mM", "gG", "tT"}) {
    shift += 10;
    if (text.empty() || letters.find(text.front()) == letters.npos) continue;
    text.remove_prefix(1);
    return shift;
  }
  return 0;
}

std::optional<uint64_t> TakeSize(std::string_view& text) {
  const std::optional<uint64_t> number = TakeNumber(text);
  const int shift = TakeSuffix(text);
  if (!number || *number > std::numeric_limits<uint64_t>::max() >> shift) {
    return std::nullopt;
  }
  return *number << shift;
}

}  // namespace

std::optional<VirtioMmioDevice> ParseVirtioMmioWord(std::string_view word) {
  if (!Consume(word, kPrefix)) return std::nullopt;
  const std::optional<uint64_t> size_bytes = TakeSize(word);
  if (!size_bytes || !Consume(word, "@")) return std::nullopt;
  const std::optional<uint64_t> address = TakeNumber(word);
  if (!address || !Consume(word, ":")) return std::nullopt;
  if (!TakeNumber(word)) return std::nullopt;
  if (Consume(word, ":") && !TakeNumber(word)) return std::nullopt;
  if (!word.empty()) return std::nullopt;
  return VirtioMmioDevice{.address = *address, .size_bytes = *size_bytes};
}

}  // namespace flint::boot
