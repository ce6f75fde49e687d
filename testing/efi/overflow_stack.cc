// SPDX-License-Identifier: Apache-2.0

// Recurses until the stack ends, which the firmware has to report.

#include <cstddef>

#include "testing/efi/application.h"

using namespace flint::efi::abi;

namespace {

/// Each call keeps what the calls below it need, so none can be left out.
[[gnu::noinline]] UINT64 Recurse(UINT64 depth, const UINT64* above) {
  if (depth == 0) return above[0];
  UINT64 here[32];
  for (size_t i = 0; i < 32; ++i) here[i] = above[i] + depth;
  const UINT64 below = Recurse(depth - 1, here);
  return below + here[below % 32];
}

}  // namespace

EFI_STATUS EFIAPI EfiMain(EFI_HANDLE, EFI_SYSTEM_TABLE* system) {
  flint::efi_testing::Console(system).WriteLine("Overflowing the stack");
  const UINT64 start[32] = {};
  return Recurse(~UINT64{0}, start);
}
