// SPDX-License-Identifier: Apache-2.0
#include "drivers/acpi/fadt.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "drivers/acpi/table_format.h"
#include "platforms/base/endian.h"

namespace flint::acpi {
namespace {

/// [acpi-6.5 5.2.3.2]
struct GenericAddressFormat {
  uint8_t space;
  uint8_t width_bits;
  uint8_t offset_bits;
  uint8_t access_size;
  Le64 address;
};
static_assert(sizeof(GenericAddressFormat) == 12);

/// [acpi-6.5 5.2.9]; names of registers we do not use are left out.
struct FadtFormat {
  static constexpr uint32_t kResetRegisterSupported = 1 << 10;
  static constexpr uint32_t kPmTimerIs32Bit = 1 << 8;
  static constexpr uint32_t kHardwareReduced = 1 << 20;

  TableHeader header;
  Le32 firmware_control;
  Le32 dsdt;
  std::array<uint8_t, 20> model_to_pm1b_event;
  Le32 pm1a_control;
  Le32 pm1b_control;
  Le32 pm2_control;
  Le32 pm_timer;
  std::array<uint8_t, 9> gpe_blocks_to_pm1_event_length;
  uint8_t pm1_control_length;
  uint8_t pm2_control_length;
  uint8_t pm_timer_length;
  std::array<uint8_t, 20> gpe_length_to_boot_architecture;
  Le32 flags;
  GenericAddressFormat reset_register;
  uint8_t reset_value;
  std::array<uint8_t, 3> arm_boot_to_minor_version;
  Le64 x_firmware_control;
  Le64 x_dsdt;
  std::array<GenericAddressFormat, 2> x_pm1_event;
  GenericAddressFormat x_pm1a_control;
  GenericAddressFormat x_pm1b_control;
  GenericAddressFormat x_pm2_control;
  GenericAddressFormat x_pm_timer;
  std::array<GenericAddressFormat, 2> x_gpe;
  GenericAddressFormat sleep_control;
  GenericAddressFormat sleep_status;
  Le64 hypervisor_vendor;
};
static_assert(sizeof(FadtFormat) == 276 && WireType<FadtFormat>);
static_assert(offsetof(FadtFormat, pm1a_control) == 64);
static_assert(offsetof(FadtFormat, pm_timer) == 76);
static_assert(offsetof(FadtFormat, pm_timer_length) == 91);
static_assert(offsetof(FadtFormat, flags) == 112);
static_assert(offsetof(FadtFormat, reset_register) == 116);
static_assert(offsetof(FadtFormat, x_dsdt) == 140);
static_assert(offsetof(FadtFormat, x_pm1a_control) == 172);
static_assert(offsetof(FadtFormat, x_pm_timer) == 208);
static_assert(offsetof(FadtFormat, sleep_control) == 244);

/// Where the revisions of the table ended, newest first. A table of a length
/// between two of them is read as the older, lest half a field counts as one.
constexpr std::array<size_t, 5> kRevisionSizes{
    sizeof(FadtFormat), 268, 244, 132, 116};

constexpr uint8_t kPmTimerSizeBytes = 4;

std::optional<GenericAddress> Register(const GenericAddressFormat& format) {
  const auto space = static_cast<AddressSpace>(format.space);
  const bool reachable =
      space == AddressSpace::kSystemMemory || space == AddressSpace::kSystemIo;
  if (format.address == 0 || !reachable) return std::nullopt;
  return GenericAddress{space, format.address};
}

/// The register as newer tables give it, else as the oldest did: a port.
std::optional<GenericAddress> Register(const GenericAddressFormat& format,
                                       uint32_t port) {
  const std::optional<GenericAddress> extended = Register(format);
  if (extended || port == 0) return extended;
  return GenericAddress{AddressSpace::kSystemIo, port};
}

uint64_t Prefer(uint64_t extended, uint32_t old) {
  return extended != 0 ? extended : old;
}

}  // namespace

Result<Fadt> ParseFadt(Bytes table) {
  const auto size = std::find_if(
      kRevisionSizes.begin(), kRevisionSizes.end(), [&](size_t known) {
        return known <= table.size();
      });
  if (size == kRevisionSizes.end()) {
    return Fail(ErrorCode::kTruncated, "ACPI FADT is too short");
  }
  FadtFormat format{};
  std::memcpy(&format, table.data(), *size);

  const uint32_t flags = format.flags;
  const uint32_t pm_timer_port =
      format.pm_timer_length == kPmTimerSizeBytes ? format.pm_timer : Le32(0);
  Fadt fadt;
  fadt.hardware_reduced = (flags & FadtFormat::kHardwareReduced) != 0;
  fadt.pm_timer_is_32_bit = (flags & FadtFormat::kPmTimerIs32Bit) != 0;
  fadt.reset_value = format.reset_value;
  fadt.dsdt_address = Prefer(format.x_dsdt, format.dsdt);
  fadt.facs_address =
      Prefer(format.x_firmware_control, format.firmware_control);
  if ((flags & FadtFormat::kResetRegisterSupported) != 0) {
    fadt.reset_register = Register(format.reset_register);
  }
  fadt.pm1a_control = Register(format.x_pm1a_control, format.pm1a_control);
  fadt.pm1b_control = Register(format.x_pm1b_control, format.pm1b_control);
  fadt.pm_timer = Register(format.x_pm_timer, pm_timer_port);
  fadt.sleep_control = Register(format.sleep_control);
  return fadt;
}

}  // namespace flint::acpi
