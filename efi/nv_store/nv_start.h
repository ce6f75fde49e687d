// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "drivers/flash/flash.h"
#include "efi/nv_store/nv_store.h"
#include "efi/variables/variable_area.h"
#include "platforms/base/bytes.h"
#include "platforms/base/result.h"

/// What the firmware does with the flash when it starts.
namespace flint::efi {

/// Opens the store for the first time since the machine was started: sees
/// whether the flash can be written, formats it if it is blank, finishes what
/// was interrupted, and sees that what it holds makes sense. `image` as for
/// `NvStore::Open`.
///
/// Flash that holds anything else is never written. Its errors are those of
/// `NvStore::Open`; kReadOnly if it is write-protected.
Status StartNvStore(flash::Flash& flash, MutableBytes image);

/// Adds all variables that can be shown to `area`, which is empty. kNoMemory
/// if there is no room; there always is in `kMaxNvStoreBytes`.
Status LoadNvVariables(const NvStore& store, VariableArea area);

}  // namespace flint::efi
