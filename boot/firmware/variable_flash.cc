// SPDX-License-Identifier: Apache-2.0
#include "boot/firmware/variable_flash.h"

#include <algorithm>

#include "drivers/flash/cfi_flash.h"
#include "efi/boot_manager/boot_request.h"
#include "efi/nv_store/nv_format.h"
#include "efi/nv_store/nv_image.h"
#include "efi/nv_store/nv_start.h"
#include "efi/nv_store/nv_store.h"

namespace flint::boot {

Status VariableFlash::Find() {
  if (found_) return *found_;
  found_ = [this]() -> Status {
    chip_ = TRY(flash::FindVariableChip(parts_.devices));
    registers_ =
        TRY(parts_.devices.Map(chip_.address, chip_.geometry.size_bytes));
    const uint64_t image = TRY(parts_.pages.Allocate(
        {.page_count = efi::kMaxNvStoreBytes / memory::kPageSizeBytes}));
    image_ = TRY(parts_.memory.Map(image, efi::kMaxNvStoreBytes));
    return {};
  }();
  return *found_;
}

bool VariableFlash::SaysWhatToBoot() {
  if (!Find()) return false;
  flash::CfiFlash flash(*registers_, chip_.geometry, parts_.clock);
  const Result<efi::NvStore> store = efi::NvStore::Open(flash, image_);
  if (!store) return false;
  for (auto record = store->First(); record; record = store->After(*record)) {
    if (efi::IsShowable(*record) && efi::IsBootRequest(record->key())) {
      return true;
    }
  }
  return false;
}

Result<efi::VariableChip> VariableFlash::Prepare() {
  TRY(Find());
  flash::CfiFlash flash(*registers_, chip_.geometry, parts_.clock);
  TRY(efi::StartNvStore(flash, image_));
  return efi::VariableChip{
      .place = chip_, .registers = *registers_, .clock = parts_.clock};
}

}  // namespace flint::boot
