// SPDX-License-Identifier: Apache-2.0
#include "boot/info/start_info.h"

#include <algorithm>
#include <cstddef>

#include "boot/info/boot_info_writer.h"
#include "platforms/base/bytes.h"
#include "platforms/base/endian.h"

namespace flint::boot {
namespace {

// The structures of [pvh], `hvm_start_info` and what it points to.

constexpr uint32_t kMagic = 0x336EC578;

struct StartInfo {
  Le32 magic;
  Le32 version;
  Le32 flags;
  Le32 module_count;
  Le64 module_list;
  Le64 command_line;
  Le64 rsdp;
};
static_assert(sizeof(StartInfo) == 40);

// What version 1 adds after it.
struct StartInfoMemoryMap {
  Le64 entries;
  Le32 entry_count;
  Le32 reserved;
};
static_assert(sizeof(StartInfoMemoryMap) == 16);

struct ModuleEntry {
  Le64 address;
  Le64 size_bytes;
  Le64 command_line;
  Le64 reserved;
};
static_assert(sizeof(ModuleEntry) == 32);

struct MemoryEntry {
  Le64 address;
  Le64 size_bytes;
  Le32 type;
  Le32 reserved;
};
static_assert(sizeof(MemoryEntry) == 24);

Status CopyMemoryMap(GuestMemory& memory,
                     uint64_t address,
                     BootInfoWriter& writer) {
  const auto header = TRY(ReadStructure<StartInfoMemoryMap>(memory, address));
  const uint32_t count = header.entry_count;
  if (count > kMaxMemoryEntries) {
    return Fail(ErrorCode::kCorrupt, "VMM's memory map has too many entries");
  }
  if (count == 0) return {};
  ByteReader table(TRY(MapTable<MemoryEntry>(memory, header.entries, count)));
  for (uint32_t i = 0; i < count; ++i) {
    const auto entry = TRY(table.Read<MemoryEntry>());
    TRY(writer.AddMemory({.address = entry.address,
                          .size_bytes = entry.size_bytes,
                          .type = entry.type}));
  }
  return {};
}

/// A list that cannot be read counts as dropped.
Status CopyModules(GuestMemory& memory,
                   const StartInfo& start_info,
                   BootInfoWriter& writer) {
  const size_t total = start_info.module_count;
  const size_t count = std::min(total, kMaxModules);
  const auto list =
      MapTable<ModuleEntry>(memory, start_info.module_list, count);
  if (!list) {
    writer.DropModules(total);
    return {};
  }
  writer.DropModules(total - count);
  ByteReader table(*list);
  for (size_t i = 0; i < count; ++i) {
    const auto entry = TRY(table.Read<ModuleEntry>());
    writer.AddModule(entry.address, entry.size_bytes, entry.command_line);
  }
  return {};
}

}  // namespace

Status ReadStartInfo(GuestMemory& memory, uint64_t address, BootInfo& info) {
  const auto start_info = TRY(ReadStructure<StartInfo>(memory, address));
  if (start_info.magic != kMagic) {
    return Fail(ErrorCode::kCorrupt, "PVH start_info has the wrong magic");
  }
  BootInfoWriter writer(memory, info);
  writer.SetDoor(DoorKind::kPvh);
  writer.SetRsdpAddress(start_info.rsdp);
  writer.CopyBiosDataAddress();
  // A hypercall for it is all that Xen's first PVH guests had.
  if (start_info.version == 0) {
    return Fail(ErrorCode::kUnsupported,
                "PVH start_info of version 0 has no memory map");
  }
  TRY(CopyMemoryMap(memory, address + sizeof(StartInfo), writer));
  TRY(CopyModules(memory, start_info, writer));
  writer.CopyCommandLine(start_info.command_line);
  return {};
}

}  // namespace flint::boot
