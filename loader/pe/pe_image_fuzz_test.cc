// SPDX-License-Identifier: Apache-2.0
// Parses, loads and relocates; the last four bytes choose the address.
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "loader/pe/pe_image.h"
#include "platforms/base/endian.h"

namespace {

/// Enough for every path, and little enough to be fast.
constexpr uint32_t kMaxImageSizeBytes = 1 << 20;

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace flint;
  const Bytes input = std::as_bytes(std::span(data, size));
  if (input.size() < sizeof(Le32)) return 0;
  const Bytes file = input.first(input.size() - sizeof(Le32));
  const uint64_t page = *ReadWire<Le32>(input, file.size());

  const auto image = pe::Image::Parse(file, pe::Machine::kX86_64);
  if (!image) return 0;
  for (size_t i = 0; i < image->section_count(); ++i) {
    const pe::Section section = image->section(i);
    if (section.content.size_bytes > section.region.size_bytes)
      __builtin_trap();
    if (section.region.end() > image->size_bytes()) __builtin_trap();
  }
  static_cast<void>(image->certificates());
  if (image->size_bytes() > kMaxImageSizeBytes) return 0;

  std::vector<std::byte> loaded(image->size_bytes());
  const uint64_t address = page * image->alignment_bytes();
  if (image->Load(loaded, address)) {
    static_cast<void>(image->DebugName(loaded));
  }
  return 0;
}
