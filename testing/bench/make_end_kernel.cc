// SPDX-License-Identifier: Apache-2.0
//
// make_end_kernel OUTPUT MEBIBYTES
//
// Writes a Linux kernel that ends QEMU with its first instruction, whichever
// door it is entered by: what was counted until then is the firmware's and the
// boot loaders' alone. Wants QEMU's device isa-debug-exit, to which it says by
// which door: QEMU's exit status is twice that number, plus 1.
#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <string>
#include <vector>

#include "loader/linux_params/setup_header.h"
#include "loader/pe/pe_format.h"
#include "platforms/base/bytes.h"

namespace flint::bench {
namespace {

using linux_params::SetupHeader;

/// Boot sector and one more: headers and the real-mode door.
constexpr uint32_t kSetupBytes = 1024;
constexpr uint32_t kPageBytes = 4096;
constexpr uint32_t kPeOffset = 0x40;
/// Behind the setup header, as far as its jump reaches.
constexpr uint32_t kRealModeDoor = 0x26c;
/// The others, by their distance from the protected-mode part. [linux-boot]
constexpr uint32_t kProtectedModeDoor = 0;
constexpr uint32_t kLongModeDoor = 0x200;
constexpr uint32_t kHandoverDoor = 0x300;
constexpr uint32_t kPeDoor = 0x400;
/// The instructions behind the handover protocol's 64-bit entry start this far
/// beyond what the header says.
constexpr uint32_t kHandover64Distance = 0x200;

using File = std::vector<std::byte>;

template <typename T>
void Put(File& file, size_t offset, const T& value) {
  std::memcpy(file.data() + offset, &value, sizeof value);
}

/// The instructions of a door.
void PutDoor(File& file, size_t offset, uint8_t number, bool is_16_bit) {
  // mov $number, %al; mov $0xf4, %dx; out %al, %dx; hlt
  if (is_16_bit) {
    Put(file,
        offset,
        std::array<uint8_t, 7>{0xb0, number, 0xba, 0xf4, 0x00, 0xee, 0xf4});
    return;
  }
  Put(file,
      offset,
      std::array<uint8_t, 9>{0xb0, number, 0xba, 0xf4, 0, 0, 0, 0xee, 0xf4});
}

void PutSetupHeader(File& file) {
  SetupHeader header{};
  header.setup_sects = kSetupBytes / 512 - 1;
  header.syssize = static_cast<uint32_t>((file.size() - kSetupBytes) / 16);
  header.boot_flag = SetupHeader::kBootFlag;
  header.jump_opcode = SetupHeader::kJumpOpcode;
  header.jump_distance = kRealModeDoor - 0x202;
  header.header = SetupHeader::kMagic;
  header.version = 0x20f;
  header.loadflags = SetupHeader::kLoadedHigh;
  header.code32_start = 0x100000;
  header.initrd_addr_max = 0x7fffffff;
  header.kernel_alignment = 0x200000;
  header.relocatable_kernel = 1;
  header.min_alignment = 21;
  header.xloadflags =
      SetupHeader::kKernel64 | SetupHeader::kCanBeLoadedAbove4G | (1 << 3);
  header.cmdline_size = 2047;
  header.pref_address = 0x1000000;
  header.init_size = static_cast<uint32_t>(file.size() + kPageBytes);
  header.handover_offset = kHandoverDoor - kHandover64Distance;
  Put(file, linux_params::kSetupHeaderOffset, header);
}

void PutPeHeader(File& file) {
  const auto size = static_cast<uint32_t>(file.size());
  pe::DosHeader dos{};
  dos.magic = pe::DosHeader::kMagic;
  dos.pe_offset = kPeOffset;
  pe::FileHeader coff{};
  coff.signature = pe::FileHeader::kSignature;
  coff.machine = 0x8664;
  coff.section_count = 1;
  coff.optional_header_size = sizeof(pe::OptionalHeader);
  coff.characteristics = pe::FileHeader::kExecutableImage;
  pe::OptionalHeader optional{};
  optional.magic = pe::OptionalHeader::kMagicPe32Plus;
  optional.code_size = size - kSetupBytes;
  optional.entry_rva = kSetupBytes + kPeDoor;
  optional.code_rva = kSetupBytes;
  optional.section_alignment = 512;
  optional.file_alignment = 512;
  optional.image_size = size;
  optional.headers_size = kSetupBytes;
  optional.subsystem = 10;  // an application
  pe::SectionHeader text{};
  std::ranges::copy(std::string_view(".text"), text.name.begin());
  text.virtual_size = size - kSetupBytes;
  text.rva = kSetupBytes;
  text.file_size = size - kSetupBytes;
  text.file_offset = kSetupBytes;
  text.characteristics = pe::SectionHeader::kExecute |
                         pe::SectionHeader::kRead | pe::SectionHeader::kWrite;
  constexpr size_t kOptionalOffset = kPeOffset + sizeof coff;
  constexpr size_t kSectionOffset = kOptionalOffset + sizeof optional;
  static_assert(kSectionOffset + sizeof text <=
                linux_params::kSetupHeaderOffset);
  Put(file, 0, dos);
  Put(file, kPeOffset, coff);
  Put(file, kOptionalOffset, optional);
  Put(file, kSectionOffset, text);
}

File MakeKernel(size_t size_bytes) {
  File file(size_bytes);
  PutPeHeader(file);
  PutSetupHeader(file);
  PutDoor(file, kRealModeDoor, 1, true);
  PutDoor(file, kSetupBytes + kProtectedModeDoor, 2, false);
  PutDoor(file, kSetupBytes + kLongModeDoor, 3, false);
  PutDoor(file, kSetupBytes + kHandoverDoor, 4, false);
  PutDoor(file, kSetupBytes + kPeDoor, 5, false);
  return file;
}

}  // namespace
}  // namespace flint::bench

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const auto file = flint::bench::MakeKernel(std::stoul(argv[2]) << 20);
  std::ofstream output(argv[1], std::ios::binary);
  output << flint::AsText(std::span(file));
  return output.flush() ? 0 : 1;
}
