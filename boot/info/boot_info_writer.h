// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "boot/info/boot_info.h"
#include "platforms/base/bytes.h"
#include "platforms/base/checked.h"
#include "platforms/base/guest_memory.h"
#include "platforms/base/result.h"

namespace flint::boot {

/// The bytes of `count` structures of type T at `address`, or kOutOfRange.
template <WireType T>
Result<Bytes> MapTable(GuestMemory& memory, uint64_t address, uint64_t count) {
  const uint64_t size = TRY(CheckedMul<uint64_t>(count, sizeof(T)));
  return Bytes(TRY(memory.Map(address, size)));
}

/// A copy of the structure at `address`, or kOutOfRange.
template <WireType T>
Result<T> ReadStructure(GuestMemory& memory, uint64_t address) {
  const Bytes bytes = TRY(MapTable<T>(memory, address, 1));
  return ReadWire<T>(bytes);
}

/// Fills a `BootInfo` within its bounds, for the readers of each door's format.
class BootInfoWriter {
 public:
  BootInfoWriter(GuestMemory& memory, BootInfo& info)
      : memory_(memory), info_(info) {}

  void SetDoor(DoorKind door) { info_.door_ = door; }
  void SetRsdpAddress(uint64_t address) { info_.rsdp_address_ = address; }

  void SetDeviceTree(DataRange range) { info_.device_tree_ = range; }

  /// Copies what the BIOS data area, in page 0, says of the extended one. A
  /// machine without BIOS has zeros there, or anything.
  void CopyBiosDataAddress();

  /// Copies the NUL-terminated text at `address`; 0 means none.
  void CopyCommandLine(uint64_t address);

  /// Adds an entry, or kCorrupt if there are more than any VMM makes: leaving
  /// a reserved range out would be dangerous.
  Status AddMemory(const memory::E820Entry& entry);

  /// Adds a module, or counts it as dropped if it is empty, wraps, or is one
  /// too many. `command_line_address` as in `CopyCommandLine`.
  void AddModule(uint64_t address,
                 uint64_t size_bytes,
                 uint64_t command_line_address);

  void DropModules(size_t count) { info_.dropped_module_count_ += count; }

 private:
  GuestMemory& memory_;
  BootInfo& info_;
};

}  // namespace flint::boot
