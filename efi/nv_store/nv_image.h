// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "efi/nv_store/nv_format.h"
#include "efi/variables/variable_area.h"
#include "platforms/base/bytes.h"
#include "platforms/base/guid.h"
#include "platforms/base/result.h"

/// The store of variables as bytes in memory, which come from flash and are
/// hostile.
namespace flint::efi {

/// A record of the store, in use or not.
struct NvRecord {
  uint32_t offset;      // of its header, from the start of the volume
  uint32_t size_bytes;  // up to where the next one may start
  uint8_t state;
  uint32_t attributes;
  Guid vendor;
  Bytes name;
  Bytes data;

  VariableKey key() const { return {name, vendor}; }
  bool is_added() const { return state == NvVariableHeader::kAdded; }
  /// It is the variable, if none of that name has been added.
  bool is_in_deletion() const { return state == NvVariableHeader::kInDeletion; }
};

/// Whether all bytes are `value`.
bool IsAll(std::byte value, Bytes bytes);

/// What a record takes, up to the next one.
uint64_t NvRecordBytes(uint64_t name_bytes, uint64_t data_bytes);

/// Checks what a volume starts with. kUnsupported if it is another kind of
/// volume, kCorrupt if it contradicts itself.
Result<NvLayout> CheckNvHeaders(const NvHeaders& headers);

/// The record at `offset`; nothing where no more follow. Only its header is
/// looked at. kCorrupt if it does not end within `store`.
Result<std::optional<NvRecord>> NvRecordAt(Bytes store, uint32_t offset);

/// Where the records end; kCorrupt as above.
Result<uint32_t> EndOfNvRecords(Bytes store);

/// A variable that an operating system can be shown: with a name and data such
/// as SetVariable makes.
bool IsShowable(const NvRecord& record);

}  // namespace flint::efi
