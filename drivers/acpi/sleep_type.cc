// SPDX-License-Identifier: Apache-2.0
#include "drivers/acpi/sleep_type.h"

#include <algorithm>
#include <string_view>

#include "drivers/acpi/aml.h"

namespace flint::acpi {
namespace {

constexpr std::string_view kName = "_S5_";

constexpr char kRootChar = '\\';

constexpr uint8_t kMaxSleepType = 7;

/// A constant that is a sleep type.
Result<uint8_t> ReadSleepType(ByteReader& reader) {
  const uint64_t value = TRY(aml::ReadInteger(reader));
  if (value > kMaxSleepType) {
    return Fail(ErrorCode::kCorrupt, "ACPI _S5 has an impossible value");
  }
  return static_cast<uint8_t>(value);
}

/// The sleep types, from what follows the name.
Result<SleepType> ReadDefinition(Bytes bytes) {
  ByteReader reader(bytes);
  if (TRY(reader.Read<uint8_t>()) != aml::kPackageOp) {
    return Fail(ErrorCode::kUnsupported, "ACPI _S5 is not a package");
  }
  ByteReader elements(TRY(aml::ReadPackage(reader)));
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
  return text.ends_with(aml::kNameOp);
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
