// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "drivers/smbios/entry_point.h"
#include "platforms/base/bytes.h"
#include "platforms/base/guest_memory.h"
#include "platforms/base/result.h"

namespace flint::smbios {

/// Entry points are looked for at multiples of this, and none is longer than
/// two of them.
inline constexpr uint64_t kEntryPointAlignmentBytes = 16;
inline constexpr uint64_t kMaxEntryPointBytes = 32;

/// SMBIOS as a VMM passes it to firmware that is to put it into memory: the
/// structures, and an entry point of either kind in which their address and the
/// checksums are still to be filled in. (QEMU's files
/// `etc/smbios/smbios-tables` and `etc/smbios/smbios-anchor`.) Both are
/// hostile.
struct TableFiles {
  Bytes entry_point;
  Bytes structures;
};

/// Where they are to be.
struct TablePlaces {
  /// A multiple of `kEntryPointAlignmentBytes`, with `kMaxEntryPointBytes` of
  /// room.
  uint64_t entry_point_address;
  /// With room for all of the structures, and apart from the entry point.
  uint64_t structures_address;
};

/// Puts them into `memory`. What is at the places stays as it is if it fails:
/// kCorrupt or kTruncated: no entry point, or not one for these structures;
/// kUnsupported: they are too long; kOutOfRange: the entry point cannot hold
/// that address, or there is no such memory; kInvalidArgument: misaligned.
/// kReadOnly: the memory did not take it, such as a PC's ROM area.
Result<EntryPoint> PlaceTables(const TableFiles& files,
                               const TablePlaces& places,
                               GuestMemory& memory);

}  // namespace flint::smbios
