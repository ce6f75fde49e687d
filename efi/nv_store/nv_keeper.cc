// SPDX-License-Identifier: Apache-2.0
#include "efi/nv_store/nv_keeper.h"

#include "efi/nv_store/nv_format.h"
#include "efi/nv_store/nv_store.h"

namespace flint::efi {

Status NvKeeper::Write(const VariableChange& change) {
  flash::CfiFlash flash = Chip();
  NvStore store = TRY(NvStore::Open(flash, parts_.image));
  if (change.removes()) return store.Remove(change.key);
  return store.Set({.key = change.key,
                    .attributes = change.attributes,
                    .kept = change.kept,
                    .data = change.data});
}

abi::EFI_STATUS NvKeeper::BeforeNonvolatileChange(
    const VariableChange& change) {
  const Status written = Write(change);
  if (written) return abi::EFI_SUCCESS;
  if (parts_.on_failure != nullptr) parts_.on_failure(written.error());
  return written.error().code() == ErrorCode::kNoMemory
             ? abi::EFI_OUT_OF_RESOURCES
             : abi::EFI_DEVICE_ERROR;
}

std::optional<VariableSpace> NvKeeper::NonvolatileSpace() {
  flash::CfiFlash flash = Chip();
  const Result<NvStore> store = NvStore::Open(flash, parts_.image);
  // Then nothing can be written, either.
  if (!store) return VariableSpace{};
  return VariableSpace{.capacity_bytes = store->capacity_bytes(),
                       .used_bytes = store->used_bytes(),
                       .overhead_bytes = sizeof(NvVariableHeader)};
}

}  // namespace flint::efi
