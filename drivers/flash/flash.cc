// SPDX-License-Identifier: Apache-2.0
#include "drivers/flash/flash.h"

#include "platforms/base/checked.h"

namespace flint::flash {
namespace {

Status CheckRange(const Flash& flash, uint64_t offset, uint64_t size_bytes) {
  if (offset <= flash.size_bytes() &&
      size_bytes <= flash.size_bytes() - offset) {
    return {};
  }
  return Fail(ErrorCode::kOutOfRange, "beyond the end of the flash chip");
}

}  // namespace

Status Flash::Read(uint64_t offset, MutableBytes out) {
  TRY(CheckRange(*this, offset, out.size()));
  return DoRead(offset, out);
}

Status Flash::Program(uint64_t offset, Bytes data) {
  TRY(CheckRange(*this, offset, data.size()));
  return DoProgram(offset, data);
}

Status Flash::EraseBlock(uint64_t offset) {
  TRY(CheckRange(*this, offset, block_bytes()));
  if (!IsAligned<uint64_t>(offset, block_bytes())) {
    return Fail(ErrorCode::kOutOfRange, "no flash block starts there");
  }
  return DoEraseBlock(offset);
}

}  // namespace flint::flash
