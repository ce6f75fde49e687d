// SPDX-License-Identifier: Apache-2.0
#include "drivers/flash/find_chip.h"

namespace flint::flash {
namespace {

/// Firmware and variables together are in the last 16 MiB: below are the
/// interrupt controllers.
constexpr uint64_t kEnd = uint64_t{4} << 30;
constexpr uint64_t kMaxBytes = uint64_t{16} << 20;

/// The chip that ends at `end`. Commands work anywhere in it.
Result<Chip> FindChipBelow(io::DeviceMapper& mapper, uint64_t end) {
  const uint64_t room = end - (kEnd - kMaxBytes);
  if (room < kQueryWindowBytes) {
    return Fail(ErrorCode::kNotFound, "no room for a flash chip");
  }
  io::RegisterIo* const window =
      TRY(mapper.Map(end - kQueryWindowBytes, kQueryWindowBytes));
  const CfiGeometry geometry = TRY(QueryCfi(*window));
  if (geometry.size_bytes > room) {
    return Fail(ErrorCode::kUnsupported, "flash chip is larger than 16 MiB");
  }
  return Chip{.address = end - geometry.size_bytes, .geometry = geometry};
}

}  // namespace

Result<Chip> FindVariableChip(io::DeviceMapper& mapper) {
  const Chip firmware = TRY(FindChipBelow(mapper, kEnd));
  return FindChipBelow(mapper, firmware.address);
}

}  // namespace flint::flash
