// SPDX-License-Identifier: Apache-2.0
#include "efi/variables/variable_persistence.h"

#include <cstring>

#include "efi/variables/variable_format.h"
#include "platforms/base/check.h"
#include "platforms/base/log.h"

namespace flint::efi {
namespace {

/// The image in the backend, read into `buffer` and checked.
Result<Bytes> LoadChecked(VariableBackend& backend, MutableBytes buffer) {
  return CheckVariableFile(TRY(backend.Load(buffer)));
}

}  // namespace

void VariablePersistence::Save(Bytes image) {
  FLINT_CHECK(image.size() <= saved_.size(), "no room to save the variables");
  std::memmove(saved_.data(), image.data(), image.size());
  saved_bytes_ = image.size();
}

void VariablePersistence::Start() {
  area_.Clear();
  const Result<Bytes> store = LoadChecked(backend_, saved_);
  if (!store) {
    if (store.error().code() != ErrorCode::kNotFound) {
      log::Warning("stored variables cannot be used: {}", store.error());
    }
  } else if (!area_.Load(*store)) {
    log::Warning("stored variables cannot be used: there are too many");
  }
  Save(area_.Image());
}

abi::EFI_STATUS VariablePersistence::OnNonvolatileChange() {
  const Bytes image = area_.Image();
  const Status written = backend_.Replace(image);
  if (written) {
    Save(image);
    return abi::EFI_SUCCESS;
  }
  log::Warning("variables cannot be stored: {}", written.error());
  // It was there before, so there is room.
  (void)area_.Load(Bytes(saved_).first(saved_bytes_));
  return written.error().code() == ErrorCode::kNoMemory
             ? abi::EFI_OUT_OF_RESOURCES
             : abi::EFI_DEVICE_ERROR;
}

}  // namespace flint::efi
