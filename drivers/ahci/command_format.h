// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "platforms/base/endian.h"

/// What lies in the memory that a port and its driver share.
/// [ahci-1.3.1 4], [sata-3.4 10.5]
namespace flint::ahci {

/// A command on its way to the device. [sata-3.4 10.5.5]
struct RegisterFis {
  static constexpr uint8_t kType = 0x27;
  static constexpr uint8_t kIsCommand = 1 << 7;
  static constexpr uint8_t kLba = 1 << 6;

  uint8_t type = kType;
  uint8_t flags = kIsCommand;
  uint8_t command = 0;
  uint8_t features = 0;
  std::array<uint8_t, 3> lba_low{};
  uint8_t device = kLba;
  std::array<uint8_t, 3> lba_high{};
  uint8_t features_high = 0;
  Le16 count = uint16_t{0};
  uint8_t isochronous = 0;
  uint8_t control = 0;
  Le32 reserved = uint32_t{0};
};
static_assert(sizeof(RegisterFis) == 20);

/// An entry of the command list. [ahci-1.3.1 4.2.2]
struct CommandHeader {
  static constexpr uint16_t kFisDwords = sizeof(RegisterFis) / 4;
  static constexpr uint16_t kPacket = 1 << 5;
  static constexpr uint16_t kWrite = 1 << 6;

  Le16 flags;
  Le16 region_count;
  /// How much has been transferred, the adapter says.
  Le32 transferred_bytes;
  Le64 table_address;
  std::array<uint8_t, 16> reserved;
};
static_assert(sizeof(CommandHeader) == 32);

/// A piece of memory to transfer from or to. [ahci-1.3.1 4.2.3.3]
struct PhysicalRegion {
  static constexpr uint32_t kMaxBytes = 4 << 20;

  Le64 address;
  Le32 reserved;
  /// Minus one.
  Le32 last_byte;
};
static_assert(sizeof(PhysicalRegion) == 16);

/// [ahci-1.3.1 4.2.3]; aligned to 128 bytes.
struct CommandTable {
  RegisterFis fis;
  std::array<uint8_t, 44> fis_rest;
  std::array<uint8_t, 16> packet;
  std::array<uint8_t, 48> reserved;
  /// One is enough: memory is contiguous.
  PhysicalRegion region;
  std::array<uint8_t, 112> unused;
};
static_assert(sizeof(CommandTable) == 256);

inline constexpr uint32_t kMaxSlots = 32;

/// All of a port's memory, which starts at a page.
struct PortMemory {
  static constexpr uint64_t kScratchBytes = 512;

  std::array<CommandHeader, kMaxSlots> command_list;
  /// What the device sent last, by kind. [ahci-1.3.1 4.2.1]
  struct ReceivedFis {
    std::array<uint8_t, 0x20> dma_setup;
    std::array<uint8_t, 0x20> pio_setup;
    std::array<uint8_t, 0x18> device_to_host;
    std::array<uint8_t, 0xA8> other;
  } received;
  std::array<uint8_t, 256> unused;
  /// For answers. Aligned for transfers.
  std::array<std::byte, kScratchBytes> scratch;
  std::array<uint8_t, 2048> unused_too;
  std::array<CommandTable, kMaxSlots> tables;
};
static_assert(sizeof(PortMemory::ReceivedFis) == 256);
static_assert(sizeof(PortMemory) == 3 * 4096);

}  // namespace flint::ahci
