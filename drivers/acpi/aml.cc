// SPDX-License-Identifier: Apache-2.0
#include "drivers/acpi/aml.h"

#include "platforms/base/endian.h"

namespace flint::acpi::aml {
namespace {

// [acpi-6.5 20.3]
constexpr uint8_t kZeroOp = 0x00;
constexpr uint8_t kOneOp = 0x01;
constexpr uint8_t kBytePrefix = 0x0A;
constexpr uint8_t kWordPrefix = 0x0B;
constexpr uint8_t kDwordPrefix = 0x0C;
constexpr uint8_t kQwordPrefix = 0x0E;

}  // namespace

Result<uint64_t> ReadInteger(ByteReader& reader) {
  const uint8_t op = TRY(reader.Read<uint8_t>());
  switch (op) {
    case kZeroOp:
    case kOneOp:
      return op;
    case kBytePrefix:
      return TRY(reader.Read<uint8_t>());
    case kWordPrefix:
      return TRY(reader.Read<Le16>());
    case kDwordPrefix:
      return TRY(reader.Read<Le32>());
    case kQwordPrefix:
      return TRY(reader.Read<Le64>());
    default:
      return Fail(ErrorCode::kUnsupported, "AML integer is not constant");
  }
}

Result<Bytes> ReadPackage(ByteReader& reader) {
  const size_t before = reader.remaining().size();
  const uint8_t lead = TRY(reader.Read<uint8_t>());
  const int more_bytes = lead >> 6;
  uint32_t length = more_bytes == 0 ? lead & 0x3F : lead & 0x0F;
  for (int index = 0; index < more_bytes; ++index) {
    const uint32_t byte = TRY(reader.Read<uint8_t>());
    length |= byte << (4 + 8 * index);
  }
  const size_t length_size = before - reader.remaining().size();
  if (length < length_size) {
    return Fail(ErrorCode::kCorrupt, "AML package is shorter than its length");
  }
  return reader.ReadBytes(length - length_size);
}

}  // namespace flint::acpi::aml
