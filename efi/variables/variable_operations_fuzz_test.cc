// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <span>

#include "efi/variables/variable_model.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr size_t kMaxProgramBytes = 4096;
  if (size <= kMaxProgramBytes) flint::efi::CompareWithModel({data, size});
  return 0;
}
