// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "drivers/io/register_io.h"
#include "platforms/base/endian.h"

/// What QEMU's fw_cfg device looks like at a PC's I/O ports. [fw-cfg]
namespace flint::fw_cfg {

struct Selector : io::Register<uint16_t, 0x510> {};
struct Data : io::Register<uint8_t, 0x511> {};
/// Both are big-endian; writing the low half starts the transfer.
struct DmaAddressHigh : io::Register<uint32_t, 0x514> {};
struct DmaAddressLow : io::Register<uint32_t, 0x518> {};

// What can be selected beside files.
inline constexpr uint16_t kSignatureKey = 0x0000;
inline constexpr uint16_t kFeaturesKey = 0x0001;
/// How many processors there are, 16 bits, little-endian.
inline constexpr uint16_t kCpuCountKey = 0x0005;
// What the VMM was told to boot. Sizes are 32 bits, little-endian; a kernel is
// its setup, then the rest; the command line ends in a NUL.
inline constexpr uint16_t kKernelSizeKey = 0x0008;
inline constexpr uint16_t kInitrdSizeKey = 0x000B;
inline constexpr uint16_t kKernelDataKey = 0x0011;
inline constexpr uint16_t kInitrdDataKey = 0x0012;
inline constexpr uint16_t kCommandLineSizeKey = 0x0014;
inline constexpr uint16_t kCommandLineDataKey = 0x0015;
inline constexpr uint16_t kSetupSizeKey = 0x0017;
inline constexpr uint16_t kSetupDataKey = 0x0018;
inline constexpr uint16_t kDirectoryKey = 0x0019;
/// Files' keys start here.
inline constexpr uint16_t kFirstFileKey = 0x0020;

inline constexpr std::array<char, 4> kSignature{'Q', 'E', 'M', 'U'};
inline constexpr uint32_t kHasDma = 1 << 1;

/// Followed by as many entries.
struct DirectoryHeader {
  Be32 count;
};
static_assert(sizeof(DirectoryHeader) == 4);

struct DirectoryEntry {
  Be32 size_bytes;
  Be16 key;
  Be16 reserved;
  std::array<char, 56> name;
};
static_assert(sizeof(DirectoryEntry) == 64);

/// A transfer; the key is in the upper half of `control`.
struct DmaAccess {
  static constexpr uint32_t kError = 1 << 0;
  static constexpr uint32_t kRead = 1 << 1;
  static constexpr uint32_t kSkip = 1 << 2;
  static constexpr uint32_t kSelect = 1 << 3;
  static constexpr uint32_t kWrite = 1 << 4;

  Be32 control;
  Be32 size_bytes;
  Be64 address;
};
static_assert(sizeof(DmaAccess) == 16);

}  // namespace flint::fw_cfg
