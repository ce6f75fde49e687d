// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <vector>

#include "efi/variables/variable_area.h"
#include "efi/variables/variable_format.h"
#include "platforms/base/bytes.h"
#include "platforms/base/crc32.h"
#include "platforms/base/endian.h"

namespace flint::efi {
namespace {

/// Whatever is accepted is a store that works and is written as it was read.
void Fuzz(std::span<const uint8_t> data) {
  std::vector<std::byte> file(data.size());
  std::ranges::copy(std::as_bytes(data), file.begin());
  // No fuzzer finds checksums.
  if (file.size() >= sizeof(VariableFileHeader)) {
    const Le32 crc32(Crc32(Bytes(file).subspan(sizeof(VariableFileHeader))));
    (void)WriteWire(
        MutableBytes(file), offsetof(VariableFileHeader, crc32), crc32);
  }
  const Result<Bytes> store = CheckVariableFile(file);
  if (!store) return;
  std::vector<std::byte> memory(file.size() + 64);
  VariableArea area{MutableBytes(memory)};
  if (!area.Load(*store)) std::abort();
  uint64_t total_bytes = 0;
  for (auto view = area.First(); view; view = area.After(*view)) {
    total_bytes += view->size_bytes;
    const auto found = area.Find({view->name, view->vendor});
    if (!found || found->offset != view->offset) std::abort();
  }
  if (total_bytes != area.used_bytes()) std::abort();
  const Bytes entries = area.Image().subspan(sizeof(VariableFileHeader));
  if (!std::ranges::equal(entries,
                          store->subspan(sizeof(VariableFileHeader)))) {
    std::abort();
  }
}

}  // namespace
}  // namespace flint::efi

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  flint::efi::Fuzz({data, size});
  return 0;
}
