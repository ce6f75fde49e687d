// SPDX-License-Identifier: Apache-2.0
#include "boot/info/boot_info_writer.h"

#include <string_view>

#include "platforms/base/endian.h"

namespace flint::boot {
namespace {

constexpr uint64_t kChunkBytes = 4096;

// The real-mode segment of the extended BIOS data area. [acpi-6.5 5.2.5.1]
constexpr uint64_t kBiosDataSegmentAddress = 0x40E;

// Appends the NUL-terminated text at `address` until it ends, leaves memory, or
// `out` is full. By pages, since where it ends is not known.
template <size_t kCapacity>
void CopyText(GuestMemory& memory,
              uint64_t address,
              FixedText<kCapacity>& out) {
  if (address == 0) return;
  while (!out.truncated()) {
    const uint64_t size = kChunkBytes - address % kChunkBytes;
    const auto chunk = memory.Map(address, size);
    if (!chunk) return;
    const std::string_view text = AsText(*chunk);
    const size_t end = text.find('\0');
    out.Append(text.substr(0, end));
    if (end != std::string_view::npos) return;
    const auto next = CheckedAdd(address, size);
    if (!next) return;
    address = *next;
  }
}

}  // namespace

void BootInfoWriter::CopyBiosDataAddress() {
  const auto segment = ReadStructure<Le16>(memory_, kBiosDataSegmentAddress);
  if (segment) info_.bios_data_address_ = uint64_t{*segment} << 4;
}

void BootInfoWriter::CopyCommandLine(uint64_t address) {
  CopyText(memory_, address, info_.command_line_);
}

Status BootInfoWriter::AddMemory(const memory::E820Entry& entry) {
  if (info_.memory_count_ == info_.memory_.size()) {
    return Fail(ErrorCode::kCorrupt, "VMM's memory map has too many entries");
  }
  info_.memory_[info_.memory_count_++] = entry;
  return {};
}

void BootInfoWriter::AddModule(uint64_t address,
                               uint64_t size_bytes,
                               uint64_t command_line_address) {
  if (size_bytes == 0 || !CheckedAdd(address, size_bytes) ||
      info_.module_count_ == info_.modules_.size()) {
    DropModules(1);
    return;
  }
  Module& module = info_.modules_[info_.module_count_++];
  module.address = address;
  module.size_bytes = size_bytes;
  CopyText(memory_, command_line_address, module.command_line);
}

}  // namespace flint::boot
