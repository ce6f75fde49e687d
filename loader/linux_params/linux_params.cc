// SPDX-License-Identifier: Apache-2.0
#include "loader/linux_params/linux_params.h"

#include <algorithm>
#include <cstring>
#include <optional>

#include "loader/linux_params/boot_params.h"
#include "platforms/base/checked.h"

namespace flint::linux_params {
namespace {

// The zero page comes first, the command line second, the continuation of the
// memory map last.
constexpr uint64_t kCommandLineOffset = sizeof(BootParams);
constexpr uint64_t kExtensionAlignment = 16;
constexpr uint64_t kMaxExtensionSizeBytes =
    sizeof(SetupDataHeader) +
    (kMaxE820Entries - kZeroPageE820Entries) * sizeof(WireE820Entry);

constexpr Le32 Low(uint64_t value) { return static_cast<uint32_t>(value); }
constexpr Le32 High(uint64_t value) {
  return static_cast<uint32_t>(value >> 32);
}

/// Where the continuation of the memory map starts.
Result<uint64_t> ExtensionOffset(const SetupHeader& header,
                                 std::string_view command_line) {
  if (command_line.size() > header.cmdline_size) {
    return Fail(ErrorCode::kOutOfRange,
                "command line is longer than the kernel accepts");
  }
  if (command_line.find('\0') != std::string_view::npos) {
    return Fail(ErrorCode::kCorrupt, "command line has a NUL character in it");
  }
  // At most a few bytes more than cmdline_size, which has 32 bits.
  return AlignUp<uint64_t>(kCommandLineOffset + command_line.size() + 1,
                           kExtensionAlignment);
}

/// Sets the fields that are the loader's to write. There is no real-mode code,
/// hence no heap and no hooks. [linux-boot, details of header fields]
void FillHeader(const Handover& handover,
                uint64_t command_line_address,
                SetupHeader& header) {
  header.vid_mode = SetupHeader::kNormalVideoMode;
  header.realmode_swtch = 0;
  header.type_of_loader = SetupHeader::kUndefinedLoader;
  header.loadflags &= SetupHeader::kLoadedHigh;
  header.setup_move_size = 0;
  header.code32_start = Low(handover.kernel_address);
  header.ramdisk_image = Low(handover.initrd_address);
  header.ramdisk_size = Low(handover.initrd_size_bytes);
  header.bootsect_kludge = 0;
  header.heap_end_ptr = 0;
  header.ext_loader_ver = 0;
  header.ext_loader_type = 0;
  header.cmd_line_ptr = Low(command_line_address);
  header.kernel_alignment = handover.kernel_alignment;
  header.setup_data = 0;
}

/// Writes the memory map: its first part into the zero page, the rest behind
/// `extension_offset`.
Status WriteMemoryMap(memory::E820Cursor ranges,
                      const ParameterMemory& destination,
                      uint64_t extension_offset,
                      BootParams& params) {
  const uint64_t table = extension_offset + sizeof(SetupDataHeader);
  size_t count = 0;
  while (const auto range = ranges.Next()) {
    const WireE820Entry entry{.address = range->address,
                              .size_bytes = range->size_bytes,
                              .type = range->type};
    if (count == kMaxE820Entries) {
      return Fail(ErrorCode::kUnsupported,
                  "memory map has more ranges than a kernel can be told of");
    }
    if (count < kZeroPageE820Entries) {
      params.e820_table[count] = entry;
    } else {
      const size_t index = count - kZeroPageE820Entries;
      TRY(WriteWire(destination.bytes, table + index * sizeof(entry), entry));
    }
    ++count;
  }
  const size_t in_zero_page = std::min(count, kZeroPageE820Entries);
  params.e820_entries = static_cast<uint8_t>(in_zero_page);
  if (count == in_zero_page) return {};

  params.setup.header.setup_data = destination.address + extension_offset;
  const auto size =
      static_cast<uint32_t>((count - in_zero_page) * sizeof(WireE820Entry));
  const SetupDataHeader extension{
      .next = 0, .type = SetupDataHeader::kE820Extension, .size_bytes = size};
  return WriteWire(destination.bytes, extension_offset, extension);
}

}  // namespace

Result<uint64_t> ParameterMemorySize(const SetupHeader& header,
                                     std::string_view command_line) {
  return TRY(ExtensionOffset(header, command_line)) + kMaxExtensionSizeBytes;
}

Result<uint64_t> WriteParameters(const Handover& handover,
                                 memory::E820Cursor ranges,
                                 const ParameterMemory& destination) {
  const uint64_t extension_offset =
      TRY(ExtensionOffset(handover.setup.header, handover.command_line));
  if (destination.bytes.size() < extension_offset + kMaxExtensionSizeBytes) {
    return Fail(ErrorCode::kOutOfRange, "memory for parameters is too small");
  }
  std::memset(destination.bytes.data(), 0, destination.bytes.size());

  const uint64_t command_line_address =
      destination.address + kCommandLineOffset;
  BootParams params{};
  params.acpi_rsdp_addr = handover.rsdp_address;
  params.ext_ramdisk_image = High(handover.initrd_address);
  params.ext_ramdisk_size = High(handover.initrd_size_bytes);
  params.ext_cmd_line_ptr = High(command_line_address);
  params.setup = handover.setup;
  FillHeader(handover, command_line_address, params.setup.header);
  TRY(WriteMemoryMap(ranges, destination, extension_offset, params));

  TRY(WriteWire(destination.bytes, 0, params));
  std::ranges::copy(AsBytes(handover.command_line),
                    destination.bytes.begin() + kCommandLineOffset);
  return destination.address;
}

}  // namespace flint::linux_params
