// SPDX-License-Identifier: Apache-2.0
#include "drivers/flash/cfi_query.h"

#include <algorithm>
#include <bit>

#include "drivers/flash/cfi_commands.h"

namespace flint::flash {
namespace {

namespace query = cfi::query;

/// The length is given in one byte; the table's field is the power of two.
constexpr uint16_t kMaxWriteBufferPower = 8;

bool HasSignature(io::RegisterIo& window) {
  return window.Read8(query::kSignature) == 'Q' &&
         window.Read8(query::kSignature + 1) == 'R' &&
         window.Read8(query::kSignature + 2) == 'Y';
}

uint16_t ReadField16(io::RegisterIo& window, uint64_t offset) {
  return static_cast<uint16_t>(window.Read8(offset) | window.Read8(offset + 1)
                                                          << 8);
}

/// What the table says, in so many accesses.
struct QueryTable {
  uint16_t command_set;
  uint16_t write_buffer_power;
  uint8_t region_count;
  uint16_t last_block;
  uint16_t block_units;
};

QueryTable ReadTable(io::RegisterIo& window) {
  return {.command_set = ReadField16(window, query::kCommandSet),
          .write_buffer_power = ReadField16(window, query::kWriteBuffer),
          .region_count = window.Read8(query::kRegionCount),
          .last_block = ReadField16(window, query::kRegionBlocks),
          .block_units = ReadField16(window, query::kRegionBlockSize)};
}

Result<CfiGeometry> ToGeometry(const QueryTable& table) {
  if (table.command_set != query::kIntelExtended &&
      table.command_set != query::kIntelStandard) {
    return Fail(ErrorCode::kNotFound, "flash chip of another command set");
  }
  if (table.region_count != 1) {
    return Fail(ErrorCode::kUnsupported,
                "flash chip has blocks of several sizes");
  }
  const uint32_t block_bytes =
      table.block_units == 0 ? 128 : uint32_t{table.block_units} * 256;
  if (!std::has_single_bit(block_bytes)) {
    return Fail(ErrorCode::kUnsupported,
                "flash chip's block size is no power of two");
  }
  const uint32_t write_buffer_bytes = std::min(
      block_bytes,
      uint32_t{1} << std::min(table.write_buffer_power, kMaxWriteBufferPower));
  return CfiGeometry{
      .size_bytes = (uint64_t{table.last_block} + 1) * block_bytes,
      .block_bytes = block_bytes,
      .write_buffer_bytes =
          table.write_buffer_power == 0 ? 0 : write_buffer_bytes};
}

}  // namespace

Result<CfiGeometry> QueryCfi(io::RegisterIo& window) {
  // Then an answer could not be told from what is there anyway.
  if (HasSignature(window)) return Fail(ErrorCode::kNotFound, "no flash chip");
  const uint8_t old = window.Read8(query::kCommandOffset);
  window.Write8(query::kCommandOffset, cfi::kQuery);
  if (!HasSignature(window)) {
    // Memory, which alone keeps what is written, gets back what it had.
    const bool is_changed =
        window.Read8(query::kCommandOffset) == cfi::kQuery &&
        old != cfi::kQuery;
    if (is_changed) window.Write8(query::kCommandOffset, old);
    return Fail(ErrorCode::kNotFound, "no flash chip");
  }
  const QueryTable table = ReadTable(window);
  window.Write8(query::kCommandOffset, cfi::kReadArray);
  return ToGeometry(table);
}

}  // namespace flint::flash
