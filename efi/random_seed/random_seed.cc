// SPDX-License-Identifier: Apache-2.0
#include "efi/random_seed/random_seed.h"

#include <span>

#include "efi/abi/memory.h"
#include "efi/abi/status.h"
#include "platforms/base/bytes.h"
#include "platforms/base/endian.h"

namespace flint::efi {
namespace {

constexpr size_t kTableBytes = sizeof(Le32) + kRandomSeedBytes;

/// Makes the table in `room`, and has it found.
Status MakeTable(SystemTables& tables,
                 MutableBytes room,
                 rng::RandomSource& random) {
  TRY(WriteWire(room, 0, Le32(kRandomSeedBytes)));
  TRY(random.Fill(room.subspan(sizeof(Le32))));
  if (abi::EFI_ERROR(tables.InstallConfigurationTable(&kRandomSeedTableGuid,
                                                      room.data()))) {
    return Fail(ErrorCode::kNoMemory, "no memory for configuration tables");
  }
  return {};
}

}  // namespace

Status InstallRandomSeed(SystemTables& tables,
                         PoolServices& pool,
                         rng::RandomSource& random) {
  abi::VOID* memory = nullptr;
  // A kernel keeps it over kexec, for which it makes a new seed in it.
  if (abi::EFI_ERROR(
          pool.AllocatePool(abi::EfiACPIReclaimMemory, kTableBytes, &memory))) {
    return Fail(ErrorCode::kNoMemory, "no memory for a random seed");
  }
  const MutableBytes room(static_cast<std::byte*>(memory), kTableBytes);
  const Status made = MakeTable(tables, room, random);
  if (!made) static_cast<void>(pool.FreePool(memory));
  return made;
}

}  // namespace flint::efi
