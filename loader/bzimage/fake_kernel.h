// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

#include "loader/linux_params/setup_header.h"
#include "platforms/base/bytes.h"

namespace flint::bzimage {

/// The file of a kernel that does nothing: a header as Linux 6.1 has it, and a
/// pattern for code. Tests change `header` before they ask for the `File`.
struct FakeKernel {
  static constexpr size_t kKernelSizeBytes = 256 * 1024 + 16;

  FakeKernel() {
    using linux_params::SetupHeader;
    header.setup_sects = 39;
    header.syssize = kKernelSizeBytes / 16;
    header.boot_flag = SetupHeader::kBootFlag;
    header.jump_opcode = SetupHeader::kJumpOpcode;
    header.jump_distance = 0x26c - 0x202;
    header.header = SetupHeader::kMagic;
    header.version = 0x20f;
    header.loadflags = SetupHeader::kLoadedHigh;
    header.code32_start = 0x100000;
    header.initrd_addr_max = 0x7fffffff;
    header.kernel_alignment = 0x200000;
    header.relocatable_kernel = 1;
    header.min_alignment = 21;
    header.xloadflags =
        SetupHeader::kKernel64 | SetupHeader::kCanBeLoadedAbove4G;
    header.cmdline_size = 2047;
    header.payload_offset = 0x2d1;
    header.payload_length = 0x10000;
    header.pref_address = 0x1000000;
    header.init_size = 1024 * 1024;
    header.handover_offset = 0x190;
    header.kernel_info_offset = 0x777;
  }

  size_t setup_size_bytes() const {
    return (size_t{header.setup_sects == 0 ? size_t{4} : header.setup_sects} +
            1) *
           512;
  }

  /// The protected-mode part: different in every block.
  std::string Code() const {
    std::string code(size_t{header.syssize} * 16, '\0');
    for (size_t i = 0; i < code.size(); ++i) {
      code[i] = static_cast<char>(i * 7 + i / 512);
    }
    return code;
  }

  std::string File() const {
    // What is no header in the real-mode part is code, never zero.
    std::string setup(setup_size_bytes(), '\xcc');
    setup.replace(linux_params::kSetupHeaderOffset,
                  sizeof(header),
                  AsText(AsBytes(header)));
    return setup + Code();
  }

  linux_params::SetupHeader header{};
};

}  // namespace flint::bzimage
