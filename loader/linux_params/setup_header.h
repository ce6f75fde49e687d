// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "platforms/base/endian.h"

namespace flint::linux_params {

/// Where the setup header is, in the kernel file and in the zero page alike.
inline constexpr uint64_t kSetupHeaderOffset = 0x1f1;
/// Where the room for it ends in the zero page.
inline constexpr uint64_t kSetupHeaderLimit = 0x290;

/// The kernel's words to its loader and back. [linux-boot, real-mode header]
struct SetupHeader {
  static constexpr uint16_t kBootFlag = 0xaa55;
  static constexpr uint8_t kJumpOpcode = 0xeb;
  static constexpr uint32_t kMagic = 0x53726448;  // "HdrS"
  static constexpr uint16_t kNormalVideoMode = 0xffff;
  static constexpr uint8_t kUndefinedLoader = 0xff;

  // loadflags
  static constexpr uint8_t kLoadedHigh = 1 << 0;

  // xloadflags
  static constexpr uint16_t kKernel64 = 1 << 0;
  static constexpr uint16_t kCanBeLoadedAbove4G = 1 << 1;

  uint8_t setup_sects;
  Le16 root_flags;
  Le32 syssize;
  Le16 ram_size;
  Le16 vid_mode;
  Le16 root_dev;
  Le16 boot_flag;
  uint8_t jump_opcode;
  uint8_t jump_distance;  // from 0x202 to the header's end
  Le32 header;
  Le16 version;
  Le32 realmode_swtch;
  Le16 start_sys_seg;
  Le16 kernel_version;
  uint8_t type_of_loader;
  uint8_t loadflags;
  Le16 setup_move_size;
  Le32 code32_start;
  Le32 ramdisk_image;
  Le32 ramdisk_size;
  Le32 bootsect_kludge;
  Le16 heap_end_ptr;
  uint8_t ext_loader_ver;
  uint8_t ext_loader_type;
  Le32 cmd_line_ptr;
  Le32 initrd_addr_max;
  Le32 kernel_alignment;
  uint8_t relocatable_kernel;
  uint8_t min_alignment;
  Le16 xloadflags;
  Le32 cmdline_size;
  Le32 hardware_subarch;
  Le64 hardware_subarch_data;
  Le32 payload_offset;
  Le32 payload_length;
  Le64 setup_data;
  Le64 pref_address;
  Le32 init_size;
  Le32 handover_offset;
  Le32 kernel_info_offset;
};
static_assert(sizeof(SetupHeader) == 0x26c - kSetupHeaderOffset);
static_assert(offsetof(SetupHeader, boot_flag) == 0x1fe - kSetupHeaderOffset);
static_assert(offsetof(SetupHeader, header) == 0x202 - kSetupHeaderOffset);
static_assert(offsetof(SetupHeader, loadflags) == 0x211 - kSetupHeaderOffset);
static_assert(offsetof(SetupHeader, heap_end_ptr) ==
              0x224 - kSetupHeaderOffset);
static_assert(offsetof(SetupHeader, initrd_addr_max) ==
              0x22c - kSetupHeaderOffset);
static_assert(offsetof(SetupHeader, xloadflags) == 0x236 - kSetupHeaderOffset);
static_assert(offsetof(SetupHeader, setup_data) == 0x250 - kSetupHeaderOffset);
static_assert(offsetof(SetupHeader, init_size) == 0x260 - kSetupHeaderOffset);

/// The header and the room that later versions of it may fill.
struct SetupHeaderArea {
  SetupHeader header;
  std::array<uint8_t,
             kSetupHeaderLimit - kSetupHeaderOffset - sizeof(SetupHeader)>
      later_fields;
};
static_assert(sizeof(SetupHeaderArea) ==
              kSetupHeaderLimit - kSetupHeaderOffset);

}  // namespace flint::linux_params
