// SPDX-License-Identifier: Apache-2.0
#include "boot/info/zero_page.h"

#include <array>
#include <cstddef>

#include "boot/info/boot_info_writer.h"
#include "platforms/base/bytes.h"
#include "platforms/base/endian.h"

namespace flint::boot {
namespace {

// The fields of [linux-boot]'s `boot_params` that a VMM fills.

constexpr uint16_t kBootFlag = 0xAA55;
constexpr uint32_t kHeaderMagic = 0x53726448;  // "HdrS"
constexpr uint32_t kSetupDataE820 = 1;
constexpr uint32_t kSetupDataDeviceTree = 2;
constexpr int kMaxSetupDataNodes = 64;

struct E820TableEntry {
  Le64 address;
  Le64 size_bytes;
  Le32 type;
};
static_assert(sizeof(E820TableEntry) == 20);

template <size_t kBytes>
using Unused = std::array<uint8_t, kBytes>;

struct ZeroPage {
  Unused<0x70> unused_000;
  Le64 rsdp_address;
  Unused<0x48> unused_078;
  Le32 initrd_address_high;
  Le32 initrd_size_high;
  Le32 command_line_high;
  Unused<0x11C> unused_0cc;
  uint8_t e820_entry_count;
  Unused<0x15> unused_1e9;
  Le16 boot_flag;
  Le16 jump;
  Le32 header_magic;
  Unused<0x12> unused_206;
  Le32 initrd_address;
  Le32 initrd_size;
  Unused<0x8> unused_220;
  Le32 command_line;
  Unused<0x24> unused_22c;
  Le64 setup_data;
  Unused<0x78> unused_258;
  std::array<E820TableEntry, 128> e820_table;
};
static_assert(offsetof(ZeroPage, rsdp_address) == 0x70);
static_assert(offsetof(ZeroPage, initrd_address_high) == 0xC0);
static_assert(offsetof(ZeroPage, e820_entry_count) == 0x1E8);
static_assert(offsetof(ZeroPage, boot_flag) == 0x1FE);
static_assert(offsetof(ZeroPage, header_magic) == 0x202);
static_assert(offsetof(ZeroPage, initrd_address) == 0x218);
static_assert(offsetof(ZeroPage, command_line) == 0x228);
static_assert(offsetof(ZeroPage, setup_data) == 0x250);
static_assert(offsetof(ZeroPage, e820_table) == 0x2D0);
static_assert(sizeof(ZeroPage) == 0xCD0);

struct SetupData {
  Le64 next;
  Le32 type;
  Le32 size_bytes;
};
static_assert(sizeof(SetupData) == 16);

uint64_t Join(uint32_t high, uint32_t low) {
  return uint64_t{high} << 32 | low;
}

Status AddMemory(const E820TableEntry& entry, BootInfoWriter& writer) {
  return writer.AddMemory({.address = entry.address,
                           .size_bytes = entry.size_bytes,
                           .type = entry.type});
}

Status CopyE820Table(const ZeroPage& page, BootInfoWriter& writer) {
  if (page.e820_entry_count > page.e820_table.size()) {
    return Fail(ErrorCode::kCorrupt, "zero page counts too many E820 entries");
  }
  for (size_t i = 0; i < page.e820_entry_count; ++i) {
    TRY(AddMemory(page.e820_table[i], writer));
  }
  return {};
}

Status CopyE820Extension(GuestMemory& memory,
                         DataRange data,
                         BootInfoWriter& writer) {
  const uint64_t count = data.size_bytes / sizeof(E820TableEntry);
  ByteReader table(TRY(MapTable<E820TableEntry>(memory, data.address, count)));
  for (uint64_t entry = 0; entry < count; ++entry) {
    const auto extension = TRY(table.Read<E820TableEntry>());
    TRY(AddMemory(extension, writer));
  }
  return {};
}

// More than 128 entries of E820 continue in the list of setup data. A list that
// cannot be read to its end may hide reserved ranges, so it is refused.
Status CopySetupData(GuestMemory& memory,
                     uint64_t address,
                     BootInfoWriter& writer) {
  for (int i = 0; address != 0; ++i) {
    if (i == kMaxSetupDataNodes) {
      return Fail(ErrorCode::kCorrupt, "zero page's setup data has no end");
    }
    const auto node = TRY(ReadStructure<SetupData>(memory, address));
    const DataRange data{
        .address = TRY(CheckedAdd(address, uint64_t{sizeof(node)})),
        .size_bytes = node.size_bytes};
    if (node.type == kSetupDataE820) {
      TRY(CopyE820Extension(memory, data, writer));
    } else if (node.type == kSetupDataDeviceTree) {
      writer.SetDeviceTree(data);
    }
    address = node.next;
  }
  return {};
}

}  // namespace

Status ReadZeroPage(GuestMemory& memory, uint64_t address, BootInfo& info) {
  const auto page = TRY(ReadStructure<ZeroPage>(memory, address));
  if (page.boot_flag != kBootFlag || page.header_magic != kHeaderMagic) {
    return Fail(ErrorCode::kCorrupt,
                "Linux zero page has the wrong header magic");
  }
  BootInfoWriter writer(memory, info);
  writer.SetDoor(DoorKind::kLinux64);
  writer.SetRsdpAddress(page.rsdp_address);
  writer.CopyBiosDataAddress();
  TRY(CopyE820Table(page, writer));
  TRY(CopySetupData(memory, page.setup_data, writer));
  const uint64_t initrd_size = Join(page.initrd_size_high, page.initrd_size);
  if (initrd_size != 0) {
    writer.AddModule(
        Join(page.initrd_address_high, page.initrd_address), initrd_size, 0);
  }
  writer.CopyCommandLine(Join(page.command_line_high, page.command_line));
  return {};
}

}  // namespace flint::boot
