// SPDX-License-Identifier: Apache-2.0
#include "drivers/acpi/resources.h"

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "drivers/acpi/aml.h"
#include "platforms/base/endian.h"

namespace flint::acpi {
namespace {

constexpr std::string_view kResourcesName = "\x08_CRS\x11";
static_assert(kResourcesName.front() == aml::kNameOp &&
              kResourcesName.back() == aml::kBufferOp);

// Resource descriptors. [acpi-6.5 6.4]
constexpr uint8_t kLargeDescriptor = 1 << 7;
constexpr uint8_t kSmallLengthMask = 0x07;
constexpr uint8_t kSmallTypeMask = 0x78;
constexpr uint8_t kEndTag = 0x78;
constexpr uint8_t kMemory32Fixed = 0x86;
constexpr uint8_t kDwordAddressSpace = 0x87;
constexpr uint8_t kWordAddressSpace = 0x88;
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
  static constexpr uint8_t kBusNumbers = 2;

  uint8_t type;
  uint8_t general_flags;
  uint8_t type_flags;
  Field granularity;
  Field minimum;
  Field maximum;
  Field translation;
  Field size;
};
static_assert(sizeof(AddressSpace<Le16>) == 13);
static_assert(sizeof(AddressSpace<Le32>) == 23);
static_assert(sizeof(AddressSpace<Le64>) == 43);

template <typename Field>
Result<ResourceRange> ReadAddressSpace(Bytes body) {
  using Space = AddressSpace<Field>;
  const Space space = TRY(ReadWire<Space>(body));
  if (space.type != Space::kMemory && space.type != Space::kBusNumbers) {
    return Fail(ErrorCode::kNotFound, "neither memory nor bus numbers");
  }
  return ResourceRange{.kind = space.type == Space::kMemory
                                   ? ResourceRange::Kind::kMemory
                                   : ResourceRange::Kind::kBusNumbers,
                       .first = space.minimum,
                       .count = space.size};
}

Result<ResourceRange> ReadLargeDescriptor(uint8_t type, Bytes body) {
  switch (type) {
    case kMemory32Fixed: {
      const auto memory = TRY(ReadWire<Memory32Fixed>(body));
      return ResourceRange{.kind = ResourceRange::Kind::kMemory,
                           .first = memory.address,
                           .count = memory.size_bytes};
    }
    case kDwordAddressSpace:
      return ReadAddressSpace<Le32>(body);
    case kWordAddressSpace:
      return ReadAddressSpace<Le16>(body);
    case kQwordAddressSpace:
      return ReadAddressSpace<Le64>(body);
    default:
      return Fail(ErrorCode::kNotFound, "neither memory nor bus numbers");
  }
}

/// The next descriptor's range, which may be none; fails at the end.
Result<std::optional<ResourceRange>> ReadDescriptor(ByteReader& reader) {
  const uint8_t type = TRY(reader.Read<uint8_t>());
  if ((type & kLargeDescriptor) == 0) {
    if ((type & kSmallTypeMask) == kEndTag) {
      return Fail(ErrorCode::kNotFound, "no more resources");
    }
    TRY(reader.ReadBytes(type & kSmallLengthMask));
    return std::nullopt;
  }
  const uint16_t length = TRY(reader.Read<Le16>());
  const Bytes body = TRY(reader.ReadBytes(length));
  const Result<ResourceRange> range = ReadLargeDescriptor(type, body);
  return range ? std::optional(*range) : std::nullopt;
}

}  // namespace

Result<ResourceReader> ResourceReader::Find(Bytes aml) {
  const size_t name = AsText(aml).find(kResourcesName);
  if (name == std::string_view::npos) {
    return Fail(ErrorCode::kNotFound, "device has no constant resources");
  }
  ByteReader reader(aml.subspan(name + kResourcesName.size()));
  ByteReader buffer(TRY(aml::ReadPackage(reader)));
  const uint64_t size_bytes = TRY(aml::ReadInteger(buffer));
  // What the initial value lacks of the buffer is zeros.
  const Bytes descriptors = buffer.remaining();
  return ResourceReader(descriptors.first(
      static_cast<size_t>(std::min<uint64_t>(size_bytes, descriptors.size()))));
}

std::optional<ResourceRange> ResourceReader::Next() {
  for (;;) {
    const Result<std::optional<ResourceRange>> range = ReadDescriptor(rest_);
    if (!range) return std::nullopt;
    if (*range) return *range;
  }
}

}  // namespace flint::acpi
