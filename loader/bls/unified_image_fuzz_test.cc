// SPDX-License-Identifier: Apache-2.0
// The input is an image.
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "fs/volume/fake_file_system.h"
#include "loader/bls/unified_image.h"
#include "platforms/base/bytes.h"
#include "platforms/base/check.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace flint;
  constexpr uint64_t kBudgetBytes = 1 << 20;
  static std::array<std::byte, kBudgetBytes> memory;
  std::array<std::byte, bls::kImageWindowBytes> window;
  volume::FakeFileSystem file_system;
  file_system.AddFile("/u.efi", AsText(std::as_bytes(std::span(data, size))));
  Arena arena(memory);
  uint64_t budget_bytes = kBudgetBytes;
  bls::Entry entry = bls::MakeEntry(bls::EntryType::kUnifiedImage, "u.efi");

  const Status status = bls::ReadUnifiedImage(file_system,
                                              *file_system.Open("/u.efi"),
                                              bls::Architecture::kX64,
                                              window,
                                              budget_bytes,
                                              arena,
                                              entry);

  FLINT_CHECK(status.has_value(), "the arena is large enough for any image");
  FLINT_CHECK(budget_bytes <= kBudgetBytes, "budget grew");
  FLINT_CHECK(entry.options.size() + entry.title.size() <= kBudgetBytes,
              "texts grew");
  return 0;
}
