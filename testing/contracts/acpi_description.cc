// SPDX-License-Identifier: Apache-2.0
#include "testing/contracts/acpi_description.h"

#include <array>
#include <bit>
#include <cstdlib>
#include <cstring>

#include "platforms/base/bytes.h"
#include "platforms/base/endian.h"
#include "platforms/base/fake_guest_memory.h"

namespace flint::contracts {
namespace {

using acpi::FakeTables;
using Fadt = FakeTables::Fadt;

constexpr size_t kSleepStatus = 256;
constexpr size_t kRootPointerBytes = 36;

template <typename T>
std::string BytesOf(const T& structure) {
  const auto bytes = std::bit_cast<std::array<char, sizeof(T)>>(structure);
  return {bytes.data(), bytes.size()};
}

/// [acpi-6.5 5.2.12]
struct MadtHeader {
  Le32 local_apic = 0xFEE00000;
  Le32 flags;
};
struct MadtLocalApic {
  uint8_t type = 0;
  uint8_t length = 8;
  uint8_t processor = 0;
  uint8_t apic = 0;
  Le32 flags = 1;  // enabled
};
struct MadtIoApic {
  uint8_t type = 1;
  uint8_t length = 12;
  uint8_t id;
  uint8_t reserved = 0;
  Le32 address;
  Le32 first_interrupt;
};
constexpr MadtIoApic kIoApic{
    .id = 0, .address = 0xFEC00000, .first_interrupt = 0};
constexpr MadtIoApic kSecondIoApic{
    .id = 1, .address = 0xFEC10000, .first_interrupt = 24};
static_assert(sizeof(MadtHeader) == 8 && sizeof(MadtLocalApic) == 8 &&
              sizeof(MadtIoApic) == 12);

/// [pci-firmware-3.3 4.1.2]
struct McfgBody {
  std::array<uint8_t, 8> reserved = {};
  Le64 base;
  Le16 segment = 0;
  uint8_t first_bus = 0;
  uint8_t last_bus;
  Le32 reserved_2 = 0;
};
static_assert(sizeof(McfgBody) == 24);

void SetRegister(Fadt& fadt,
                 size_t offset,
                 const AcpiRegister& where,
                 uint8_t bits) {
  constexpr size_t kBitWidth = 1;
  constexpr size_t kAccessSize = 3;
  fadt.SetRegister(offset, static_cast<uint8_t>(where.space), where.address)
      .Set8(offset + kBitWidth, bits)
      .Set8(offset + kAccessSize, bits == 8 ? 1 : 3);
}

Fadt MakeFadt(const AcpiDescription& description, uint64_t dsdt) {
  Fadt fadt;
  uint32_t flags = Fadt::kFlagHardwareReduced | Fadt::kFlagResetRegister;
  fadt.Set64(Fadt::kXDsdt, dsdt)
      .Set8(Fadt::kResetValue, description.reset_value);
  SetRegister(fadt, Fadt::kResetRegister, description.reset, 8);
  SetRegister(fadt, Fadt::kSleepControl, description.sleep_control, 8);
  SetRegister(fadt, kSleepStatus, description.sleep_status, 8);
  if (description.pm_timer) {
    flags |= Fadt::kFlagTimer32Bit;
    SetRegister(fadt, Fadt::kXPmTimer, *description.pm_timer, 32);
    fadt.Set8(Fadt::kPmTimerLength, 4);
  }
  fadt.Set32(Fadt::kFlags, flags);
  return fadt;
}

}  // namespace

std::vector<AcpiDescription::Table> AcpiDescription::Build() const {
  FakeGuestMemory memory;
  FakeTables builder(memory, tables);
  std::vector<uint64_t> addresses;
  const auto add =
      [&](std::string_view signature, uint8_t revision, Bytes body) {
        addresses.push_back(builder.Add(signature, revision, body));
        return addresses.back();
      };

  const uint64_t dsdt_address = add("DSDT", 6, AsBytes(dsdt));
  builder.List(add("FACP", 6, MakeFadt(*this, dsdt_address).body()));
  builder.List(
      add("APIC",
          5,
          AsBytes(BytesOf(MadtHeader{.flags = has_pic ? 1u : 0u}) +
                  BytesOf(MadtLocalApic{}) + BytesOf(kIoApic) +
                  (has_second_io_apic ? BytesOf(kSecondIoApic) : ""))));
  if (ecam) {
    builder.List(add("MCFG",
                     1,
                     AsBytes(BytesOf(McfgBody{.base = ecam->address,
                                              .last_bus = ecam->last_bus}))));
  }
  builder.Finish(root_pointer, root);
  for (const uint64_t address :
       {builder.rsdt_address(), builder.xsdt_address()}) {
    if (address != 0) addresses.push_back(address);
  }

  std::vector<Table> result;
  for (const uint64_t address : addresses) {
    result.push_back({address, std::string(AsText(builder.TableAt(address)))});
  }
  const size_t pointer_bytes =
      root == FakeTables::Root::kRsdt ? 20 : kRootPointerBytes;
  const auto pointer = memory.Map(root_pointer, pointer_bytes);
  if (!pointer) std::abort();
  result.push_back({root_pointer, std::string(AsText(*pointer))});
  return result;
}

}  // namespace flint::contracts
