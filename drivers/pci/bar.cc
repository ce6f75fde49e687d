// SPDX-License-Identifier: Apache-2.0
#include "drivers/pci/bar.h"

#include <limits>

#include "drivers/pci/registers.h"

namespace flint::pci {
namespace {

constexpr uint32_t kAllOnes = std::numeric_limits<uint32_t>::max();

uint8_t BarCount(const Function& function) {
  switch (function.header_layout) {
    case HeaderType::kDevice:
      return 6;
    case HeaderType::kBridge:
      return 2;
    default:
      return 0;
  }
}

uint16_t OffsetOfBar(uint8_t index) {
  return static_cast<uint16_t>(BaseAddress0::kOffset +
                               index * sizeof(BaseAddress0::Value));
}

/// Decodes the low half; `address` lacks the high half.
Result<Bar> DecodeLow(uint32_t low) {
  if (low & BaseAddress0::kIoSpace) {
    return Bar{.space = Bar::Space::kIo,
               .is_64_bit = false,
               .prefetchable = false,
               .address = low & BaseAddress0::kIoAddressMask};
  }
  Bar bar{.space = Bar::Space::kMemory,
          .is_64_bit = false,
          .prefetchable = (low & BaseAddress0::kPrefetchable) != 0,
          .address = low & BaseAddress0::kMemoryAddressMask};
  switch (low & BaseAddress0::kTypeMask) {
    case BaseAddress0::kType32Bit:
    case BaseAddress0::kTypeBelow1MiB:
      return bar;
    case BaseAddress0::kType64Bit:
      bar.is_64_bit = true;
      return bar;
    default:
      return Fail(ErrorCode::kCorrupt, "PCI BAR has a reserved type");
  }
}

/// Which of the register's bits the device lets software set: asks by writing
/// ones, and restores what was there.
uint32_t ProbeWritableBits(PciConfig& config,
                           const Address& address,
                           uint16_t offset,
                           uint32_t original) {
  config.Write32(address, offset, kAllOnes);
  const uint32_t bits = config.Read32(address, offset);
  config.Write32(address, offset, original);
  return bits;
}

uint64_t ProbeAddressBits(PciConfig& config,
                          const Address& address,
                          uint16_t offset,
                          const Bar& bar) {
  const uint32_t low = config.Read32(address, offset);
  const uint32_t low_bits = ProbeWritableBits(config, address, offset, low);
  if (bar.space == Bar::Space::kIo) {
    return low_bits & BaseAddress0::kIoAddressMask;
  }
  const uint64_t bits = low_bits & BaseAddress0::kMemoryAddressMask;
  if (!bar.is_64_bit) return bits;
  const auto high_offset = static_cast<uint16_t>(offset + sizeof(low));
  const uint32_t high = config.Read32(address, high_offset);
  const uint64_t high_bits =
      ProbeWritableBits(config, address, high_offset, high);
  return high_bits << 32 | bits;
}

void Enable(PciConfig& config, const Address& address, Command::Value space) {
  const uint16_t command = config.Read<Command>(address);
  const auto wanted = static_cast<uint16_t>(
      command | space | Command::kBusMaster | Command::kInterruptDisable);
  if (wanted != command) config.Write<Command>(address, wanted);
}

}  // namespace

Result<Bar> ReadBar(PciConfig& config,
                    const Function& function,
                    uint8_t index) {
  const uint8_t count = BarCount(function);
  if (index >= count) {
    return Fail(ErrorCode::kNotFound, "PCI header has no such BAR");
  }
  const uint16_t offset = OffsetOfBar(index);
  Bar bar = TRY(DecodeLow(config.Read32(function.address, offset)));
  if (!bar.is_64_bit) return bar;
  if (index + 1 >= count) {
    return Fail(ErrorCode::kCorrupt, "last PCI BAR claims to be 64-bit");
  }
  const uint64_t high = config.Read32(function.address, OffsetOfBar(index + 1));
  bar.address |= high << 32;
  return bar;
}

Result<uint64_t> MeasureBar(PciConfig& config,
                            const Function& function,
                            uint8_t index) {
  const Bar bar = TRY(ReadBar(config, function, index));
  const Address& address = function.address;
  const uint16_t command = config.Read<Command>(address);
  const auto silent = static_cast<uint16_t>(
      command & ~(Command::kIoSpace | Command::kMemorySpace));
  if (silent != command) config.Write<Command>(address, silent);
  const uint64_t bits =
      ProbeAddressBits(config, address, OffsetOfBar(index), bar);
  if (silent != command) config.Write<Command>(address, command);
  if (bits == 0) return Fail(ErrorCode::kNotFound, "PCI BAR is not there");
  // The lowest bit that can be set is the smallest step, and so the size.
  return bits & (~bits + 1);
}

void EnableMemoryAndBusMaster(PciConfig& config, const Address& address) {
  Enable(config, address, Command::kMemorySpace);
}

void EnableIoAndBusMaster(PciConfig& config, const Address& address) {
  Enable(config, address, Command::kIoSpace);
}

void StopBusMasters(PciConfig& config, std::span<const Function> functions) {
  for (const Function& function : functions) {
    const uint16_t command = config.Read<Command>(function.address);
    if ((command & Command::kBusMaster) == 0) continue;
    const uint16_t function_class = ClassAndRevision::Class(
        config.Read<ClassAndRevision>(function.address));
    if (function_class >> 8 == ClassAndRevision::kBridgeBaseClass) continue;
    config.Write<Command>(
        function.address,
        static_cast<uint16_t>(command & ~Command::kBusMaster));
  }
}

}  // namespace flint::pci
