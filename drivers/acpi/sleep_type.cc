// SPDX-License-Identifier: Apache-2.0
#include "drivers/acpi/sleep_type.h"

#include <algorithm>
#include <string_view>

#include "drivers/acpi/table_format.h"
#include "platforms/base/endian.h"

namespace flint::acpi {
namespace {

constexpr std::string_view kName = "_S5_";

// [acpi-6.5 20.3]
constexpr uint8_t kZeroOp = 0x00;
constexpr uint8_t kOneOp = 0x01;
constexpr char kNameOp = 0x08;
constexpr uint8_t kBytePrefix = 0x0A;
constexpr uint8_t kWordPrefix = 0x0B;
constexpr uint8_t kDwordPrefix = 0x0C;
constexpr uint8_t kPackageOp = 0x12;
constexpr char kRootChar = '\\';

constexpr uint8_t kMaxSleepType = 7;

/// A constant that is a sleep type. [acpi-6.5 20.2.3]
Result<uint8_t> ReadSleepType(ByteReader& reader) {
  const uint8_t op = TRY(reader.Read<uint8_t>());
  uint32_t value = op;
  if (op == kBytePrefix) {
    value = TRY(reader.Read<uint8_t>());
  } else if (op == kWordPrefix) {
    value = TRY(reader.Read<Le16>());
  } else if (op == kDwordPrefix) {
    value = TRY(reader.Read<Le32>());
  } else if (op != kZeroOp && op != kOneOp) {
    return Fail(ErrorCode::kUnsupported, "ACPI _S5 is not constant");
  }
  if (value > kMaxSleepType) {
    return Fail(ErrorCode::kCorrupt, "ACPI _S5 has an impossible value");
  }
  return static_cast<uint8_t>(value);
}

/// The package's contents, its length taken off. [acpi-6.5 20.2.4]
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
    return Fail(ErrorCode::kCorrupt, "ACPI package is shorter than its length");
  }
  return reader.ReadBytes(length - length_size);
}

/// The sleep types, from what follows the name.
Result<SleepType> ReadDefinition(Bytes bytes) {
  ByteReader reader(bytes);
  if (TRY(reader.Read<uint8_t>()) != kPackageOp) {
    return Fail(ErrorCode::kUnsupported, "ACPI _S5 is not a package");
  }
  ByteReader elements(TRY(ReadPackage(reader)));
  const uint8_t count = TRY(elements.Read<uint8_t>());
  if (count == 0) return Fail(ErrorCode::kCorrupt, "ACPI _S5 is empty");
  const uint8_t pm1a = TRY(ReadSleepType(elements));
  // Hardware-reduced machines (Cloud Hypervisor) give only one.
  const uint8_t pm1b = count == 1 ? pm1a : TRY(ReadSleepType(elements));
  return SleepType{.pm1a = pm1a, .pm1b = pm1b};
}

/// True if what stands before the name makes it a definition.
bool EndsInNameOp(std::string_view text) {
  if (text.ends_with(kRootChar)) text.remove_suffix(1);
  return text.ends_with(kNameOp);
}

}  // namespace

std::optional<SleepType> FindSoftOffIn(Bytes aml) {
  const std::string_view text = AsText(aml);
  for (size_t at = text.find(kName); at != std::string_view::npos;
       at = text.find(kName, at + 1)) {
    if (!EndsInNameOp(text.substr(0, at))) continue;
    const Result<SleepType> type =
        ReadDefinition(aml.subspan(at + kName.size()));
    if (type) return *type;
  }
  return std::nullopt;
}

Result<SleepType> FindSoftOff(const Tables& tables, const Fadt& fadt) {
  const Result<Bytes> dsdt = tables.ReadTable(fadt.dsdt_address, "DSDT");
  if (dsdt) {
    const std::optional<SleepType> type = FindSoftOffIn(*dsdt);
    if (type) return *type;
  }
  for (size_t index = 0; index < kMaxTables; ++index) {
    const Result<Bytes> ssdt = tables.FindTable("SSDT", index);
    if (!ssdt) break;
    const std::optional<SleepType> type = FindSoftOffIn(*ssdt);
    if (type) return *type;
  }
  return Fail(ErrorCode::kNotFound, "ACPI does not say how to power off");
}

}  // namespace flint::acpi
