// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "loader/linux_params/setup_header.h"
#include "platforms/base/endian.h"

namespace flint::linux_params {

/// One range of the memory map as the kernel wants it.
struct WireE820Entry {
  Le64 address;
  Le64 size_bytes;
  Le32 type;
};
static_assert(sizeof(WireE820Entry) == 20);

/// How many ranges the zero page itself can hold.
inline constexpr size_t kZeroPageE820Entries = 128;

/// The head of an item of the list that extends the zero page.
struct SetupDataHeader {
  static constexpr uint32_t kE820Extension = 1;

  Le64 next;
  Le32 type;
  Le32 size_bytes;
};
static_assert(sizeof(SetupDataHeader) == 16);

/// The "zero page": what the kernel is told at its 64-bit entry. Only what we
/// fill in has a name; all the rest is zero. [linux-boot, zero page]
struct BootParams {
  std::array<uint8_t, 0x70> screen_and_platform;
  Le64 acpi_rsdp_addr;
  std::array<uint8_t, 0x48> obsolete;
  Le32 ext_ramdisk_image;
  Le32 ext_ramdisk_size;
  Le32 ext_cmd_line_ptr;
  std::array<uint8_t, 0x11c> video_and_efi;
  uint8_t e820_entries;
  std::array<uint8_t, 8> disks_and_sentinel;
  SetupHeaderArea setup;
  std::array<uint8_t, 0x40> disk_signatures;
  std::array<WireE820Entry, kZeroPageE820Entries> e820_table;
  std::array<uint8_t, 0x330> disk_descriptions;
};
static_assert(sizeof(BootParams) == 4096);
static_assert(offsetof(BootParams, acpi_rsdp_addr) == 0x070);
static_assert(offsetof(BootParams, ext_ramdisk_image) == 0x0c0);
static_assert(offsetof(BootParams, ext_ramdisk_size) == 0x0c4);
static_assert(offsetof(BootParams, ext_cmd_line_ptr) == 0x0c8);
static_assert(offsetof(BootParams, e820_entries) == 0x1e8);
static_assert(offsetof(BootParams, setup) == kSetupHeaderOffset);
static_assert(offsetof(BootParams, e820_table) == 0x2d0);

}  // namespace flint::linux_params
