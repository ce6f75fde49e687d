// SPDX-License-Identifier: Apache-2.0
#include "boot/platform/ram_discovery.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "boot/info/boot_info_writer.h"
#include "boot/memory/e820.h"
#include "drivers/rtc/cmos_registers.h"
#include "platforms/base/endian.h"

namespace flint::platform {
namespace {

using memory::E820Entry;
using memory::E820Type;

constexpr std::string_view kListName = "etc/e820";

/// An entry of QEMU's list, as an E820 table has it. [fw-cfg]
struct ListEntry {
  Le64 address;
  Le64 size_bytes;
  Le32 type;
};
static_assert(sizeof(ListEntry) == 20);

/// Each more costs another access.
constexpr uint32_t kEntriesAtOnce = 64;

// Sizes in the CMOS, least significant byte first.
constexpr uint8_t kAbove1MiBInKib = 0x30;
constexpr uint8_t kAbove16MiBIn64Kib = 0x34;
constexpr uint8_t kAbove4GiBIn64Kib = 0x5B;

constexpr uint64_t kKib = uint64_t{1} << 10;
constexpr uint64_t kMib = uint64_t{1} << 20;
constexpr uint64_t kLowMemoryBytes = 640 * kKib;
constexpr uint64_t k4Gib = uint64_t{4} << 30;

Status AddList(fw_cfg::FwCfg& files,
               const fw_cfg::File& list,
               boot::BootInfoWriter& writer) {
  if (list.size_bytes % sizeof(ListEntry) != 0) {
    return Fail(ErrorCode::kCorrupt, "etc/e820 ends within an entry");
  }
  std::array<ListEntry, kEntriesAtOnce> entries;
  for (uint32_t offset = 0; offset < list.size_bytes;) {
    const uint32_t count = std::min<uint32_t>(
        kEntriesAtOnce, (list.size_bytes - offset) / sizeof(ListEntry));
    const auto some = std::span(entries).first(count);
    TRY(files.Read(list, offset, std::as_writable_bytes(some)));
    for (const ListEntry& entry : some) {
      TRY(writer.AddMemory({.address = entry.address,
                            .size_bytes = entry.size_bytes,
                            .type = entry.type}));
    }
    offset += static_cast<uint32_t>(some.size_bytes());
  }
  return {};
}

/// `size` bytes of the CMOS as a number; all ones, which is what there is where
/// there is no CMOS, count as 0.
uint64_t ReadCmos(io::RegisterIo& ports, uint8_t index, uint8_t size) {
  uint64_t value = 0;
  for (uint8_t i = 0; i < size; ++i) {
    ports.Write<rtc::CmosIndex>(static_cast<uint8_t>(index + i));
    value |= uint64_t{ports.Read<rtc::CmosData>()} << 8 * i;
  }
  return value == (uint64_t{1} << 8 * size) - 1 ? 0 : value;
}

Status AddCmosSizes(io::RegisterIo& ports, boot::BootInfoWriter& writer) {
  uint64_t low_end =
      16 * kMib + ReadCmos(ports, kAbove16MiBIn64Kib, 2) * 64 * kKib;
  if (low_end == 16 * kMib) {
    low_end = kMib + ReadCmos(ports, kAbove1MiBInKib, 2) * kKib;
  }
  if (low_end == kMib) {
    return Fail(ErrorCode::kNotFound, "nobody says how much memory there is");
  }
  const uint64_t high_bytes = ReadCmos(ports, kAbove4GiBIn64Kib, 3) * 64 * kKib;
  const std::array ram{
      E820Entry{
          .address = 0, .size_bytes = kLowMemoryBytes, .type = E820Type::kRam},
      E820Entry{.address = kMib,
                .size_bytes = low_end - kMib,
                .type = E820Type::kRam},
      E820Entry{
          .address = k4Gib, .size_bytes = high_bytes, .type = E820Type::kRam}};
  for (const E820Entry& entry : ram) TRY(writer.AddMemory(entry));
  return {};
}

}  // namespace

Status DiscoverRam(fw_cfg::FwCfg* files,
                   io::RegisterIo& ports,
                   GuestMemory& memory,
                   boot::BootInfo& info) {
  boot::BootInfoWriter writer(memory, info);
  writer.SetDoor(boot::DoorKind::kResetVector);
  if (files != nullptr) {
    const Result<fw_cfg::File> list = files->Find(kListName);
    if (list) return AddList(*files, *list, writer);
    if (list.error().code() != ErrorCode::kNotFound) {
      return std::unexpected(list.error());
    }
  }
  return AddCmosSizes(ports, writer);
}

}  // namespace flint::platform
