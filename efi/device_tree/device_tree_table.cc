// SPDX-License-Identifier: Apache-2.0
#include "efi/device_tree/device_tree_table.h"

#include <algorithm>
#include <cstddef>

#include "drivers/fdt/device_tree.h"
#include "efi/abi/memory.h"
#include "efi/abi/status.h"
#include "efi/abi/system_table.h"

namespace flint::efi {

Status InstallDeviceTree(SystemTables& tables, PoolServices& pool, Bytes blob) {
  TRY(fdt::DeviceTree::Parse(blob));
  abi::VOID* memory = nullptr;
  if (abi::EFI_ERROR(
          pool.AllocatePool(abi::EfiACPIReclaimMemory, blob.size(), &memory))) {
    return Fail(ErrorCode::kNoMemory, "no memory for the device tree");
  }
  std::ranges::copy(blob, static_cast<std::byte*>(memory));
  if (abi::EFI_ERROR(
          tables.InstallConfigurationTable(&abi::EFI_DTB_TABLE_GUID, memory))) {
    static_cast<void>(pool.FreePool(memory));
    return Fail(ErrorCode::kNoMemory, "no memory for configuration tables");
  }
  return {};
}

}  // namespace flint::efi
