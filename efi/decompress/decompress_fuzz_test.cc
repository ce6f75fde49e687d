// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <vector>

#include "efi/decompress/decoder.h"
#include "platforms/base/bytes.h"

/// The first two bytes are how much to expect.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  flint::ByteReader reader(std::as_bytes(std::span(data, size)));
  const auto expected = reader.Read<flint::Le16>();
  if (!expected) return 0;
  std::vector<std::byte> out(*expected);
  flint::efi::Decoder decoder;
  static_cast<void>(decoder.Decode(reader.remaining(), out));
  return 0;
}
