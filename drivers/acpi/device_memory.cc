// SPDX-License-Identifier: Apache-2.0
#include "drivers/acpi/device_memory.h"

#include <algorithm>

#include "drivers/acpi/aml.h"
#include "platforms/base/endian.h"
#include "platforms/base/result.h"

namespace flint::acpi {
namespace {

constexpr std::string_view kHardwareIdName = "\x08_HID";
constexpr std::string_view kResourcesName = "\x08_CRS\x11";
static_assert(kHardwareIdName[0] == aml::kNameOp);
static_assert(kResourcesName.front() == aml::kNameOp &&
              kResourcesName.back() == aml::kBufferOp);

// Resource descriptors. [acpi-6.5 6.4]
constexpr uint8_t kLargeDescriptor = 1 << 7;
constexpr uint8_t kSmallLengthMask = 0x07;
constexpr uint8_t kSmallTypeMask = 0x78;
constexpr uint8_t kEndTag = 0x78;
constexpr uint8_t kMemory32Fixed = 0x86;
constexpr uint8_t kDwordAddressSpace = 0x87;
constexpr uint8_t kQwordAddressSpace = 0x8A;

/// [acpi-6.5 6.4.3.4]
struct Memory32Fixed {
  uint8_t information;
  Le32 address;
  Le32 size_bytes;
};
static_assert(sizeof(Memory32Fixed) == 9 && WireType<Memory32Fixed>);

/// [acpi-6.5 6.4.3.5]
template <typename Field>
struct AddressSpace {
  static constexpr uint8_t kMemory = 0;

  uint8_t type;
  uint8_t general_flags;
  uint8_t type_flags;
  Field granularity;
  Field minimum;
  Field maximum;
  Field translation;
  Field size_bytes;
};
static_assert(sizeof(AddressSpace<Le32>) == 23);
static_assert(sizeof(AddressSpace<Le64>) == 43);

template <typename Field>
Result<DeviceMemory> ReadAddressSpace(Bytes body) {
  using Space = AddressSpace<Field>;
  const Space space = TRY(ReadWire<Space>(body));
  if (space.type != Space::kMemory) {
    return Fail(ErrorCode::kNotFound, "not a range of memory");
  }
  return DeviceMemory{.address = space.minimum, .size_bytes = space.size_bytes};
}

Result<DeviceMemory> ReadLargeDescriptor(uint8_t type, Bytes body) {
  switch (type) {
    case kMemory32Fixed: {
      const auto memory = TRY(ReadWire<Memory32Fixed>(body));
      return DeviceMemory{.address = memory.address,
                          .size_bytes = memory.size_bytes};
    }
    case kDwordAddressSpace:
      return ReadAddressSpace<Le32>(body);
    case kQwordAddressSpace:
      return ReadAddressSpace<Le64>(body);
    default:
      return Fail(ErrorCode::kNotFound, "not a range of memory");
  }
}

/// The first range of memory among these descriptors.
Result<DeviceMemory> FindMemory(Bytes descriptors) {
  ByteReader reader(descriptors);
  for (;;) {
    const uint8_t type = TRY(reader.Read<uint8_t>());
    if ((type & kLargeDescriptor) == 0) {
      if ((type & kSmallTypeMask) == kEndTag) {
        return Fail(ErrorCode::kNotFound, "device has no memory");
      }
      TRY(reader.ReadBytes(type & kSmallLengthMask));
      continue;
    }
    const uint16_t length = TRY(reader.Read<Le16>());
    const Bytes body = TRY(reader.ReadBytes(length));
    const Result<DeviceMemory> memory = ReadLargeDescriptor(type, body);
    if (memory) return *memory;
  }
}

/// From what describes a device.
Result<DeviceMemory> ReadDevice(Bytes device) {
  const size_t name = AsText(device).find(kResourcesName);
  if (name == std::string_view::npos) {
    return Fail(ErrorCode::kNotFound, "device has no constant resources");
  }
  ByteReader reader(device.subspan(name + kResourcesName.size()));
  ByteReader buffer(TRY(aml::ReadPackage(reader)));
  const uint64_t size_bytes = TRY(aml::ReadInteger(buffer));
  // What the initial value lacks of the buffer is zeros.
  const Bytes descriptors = buffer.remaining();
  return FindMemory(descriptors.first(
      static_cast<size_t>(std::min<uint64_t>(size_bytes, descriptors.size()))));
}

/// True if what follows the name of `_HID` is this text.
bool IsIdentified(std::string_view text, std::string_view hardware_id) {
  if (text.empty() || text.front() != aml::kStringPrefix) return false;
  text.remove_prefix(1);
  return text.starts_with(hardware_id) && text.size() > hardware_id.size() &&
         text[hardware_id.size()] == '\0';
}

}  // namespace

std::optional<Bytes> DeviceMemorySearch::NextDevice() {
  const size_t name = AsText(rest_).find(kHardwareIdName);
  if (name == std::string_view::npos) return std::nullopt;
  rest_ = rest_.subspan(name + kHardwareIdName.size());
  const size_t end = AsText(rest_).find(kHardwareIdName);
  return rest_.first(std::min(end, rest_.size()));
}

std::optional<DeviceMemory> DeviceMemorySearch::Next() {
  while (const std::optional<Bytes> device = NextDevice()) {
    if (!IsIdentified(AsText(*device), hardware_id_)) continue;
    const Result<DeviceMemory> memory = ReadDevice(*device);
    if (memory) return *memory;
  }
  return std::nullopt;
}

}  // namespace flint::acpi
