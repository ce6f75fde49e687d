// SPDX-License-Identifier: Apache-2.0

// A guest for `boot_qemu_test`: does what the firmware does to get going, then
// makes the mistake that the command line names. What it says on the serial
// port, and what the processor does about it, is the test's to judge.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "boot/cpu/control_registers.h"
#include "boot/cpu/descriptor_tables.h"
#include "boot/cpu/jump_to_kernel.h"
#include "boot/cpu/use_page_tables.h"
#include "boot/firmware/entry.h"
#include "boot/info/boot_info.h"
#include "boot/info/start_info.h"
#include "boot/info/zero_page.h"
#include "boot/memory/memory_map.h"
#include "boot/paging/address_space.h"
#include "boot/paging/device_windows.h"
#include "boot/paging/mapped_memory.h"
#include "boot/paging/page_tables.h"
#include "boot/paging/paging_features.h"
#include "boot/testing/checked_mistakes.h"
#include "boot/testing/entropy_case.h"
#include "boot/testing/mistakes.h"
#include "boot/testing/timer_case.h"
#include "drivers/io/cpu_registers.h"
#include "drivers/io/port_io.h"
#include "platforms/base/bytes.h"
#include "platforms/base/check.h"
#include "platforms/base/endian.h"
#include "platforms/base/format.h"
#include "platforms/runtime/identity_memory.h"
#include "platforms/runtime/image_layout.h"
#include "platforms/runtime/panic.h"

namespace flint::boot {
namespace {

using memory::E820Entry;
using memory::MemoryMap;
using memory::MemoryRange;
using memory::MemoryType;

constexpr uint16_t kSerialPort = 0x3F8;
constexpr uint16_t kSerialStatusPort = kSerialPort + 5;
constexpr uint8_t kReadyForNext = 1 << 5;
constexpr uint8_t kAllSent = 1 << 6;
constexpr uint16_t kExitPort = 0x501;  // isa-debug-exit
constexpr uint8_t kExitValue = 0x10;
constexpr uint64_t k4GiB = uint64_t{1} << 32;

// Waits for every character, and without end: a test has its own time limit.
class SerialPort final : public runtime::PanicSink {
 public:
  void Write(std::string_view text) override {
    io::PortIo ports;
    for (const char c : text) {
      WaitFor(kReadyForNext);
      ports.Write8(kSerialPort, static_cast<uint8_t>(c));
    }
  }

  void Flush() { WaitFor(kAllSent); }

 private:
  static void WaitFor(uint8_t status) {
    io::PortIo ports;
    while ((ports.Read8(kSerialStatusPort) & status) == 0) {
    }
  }
};

constinit SerialPort g_serial;
constinit BootInfo g_info;
constinit std::array<MemoryRange, 256> g_ranges;
constinit MemoryMap g_map(g_ranges);
constinit runtime::IdentityMemory g_memory;
constinit cpu::ProcessorTlb g_tlb;
constinit io::CpuRegisters g_cpu;
// In BSS, which every door clears, and in data, which none does.
constinit uint64_t g_entries_in_bss = 0;
constinit uint64_t g_entries_in_data = 1;

template <typename... Arguments>
void Say(std::string_view format, const Arguments&... arguments) {
  FixedText<256> line;
  line.AppendFormat(format, arguments...);
  line.Append("\n");
  g_serial.Write(line.view());
}

void Exit() {
  g_serial.Flush();
  io::PortIo ports;
  ports.Write8(kExitPort, kExitValue);
}

template <typename T>
T Must(Result<T> result) {
  if (!result) Panic(result.error().reason());
  return *result;
}

void Must(const Status& status) {
  if (!status) Panic(status.error().reason());
}

void ReadBootInfo(DoorKind door, uint64_t argument) {
  runtime::IdentityMemory early(1, k4GiB);
  Must(door == DoorKind::kPvh ? ReadStartInfo(early, argument, g_info)
                              : ReadZeroPage(early, argument, g_info));
  Say("door: {}", ToString(g_info.door()));
  Say("command line: {}", g_info.command_line());
  Say("modules: {}", g_info.modules().size());
  Say("cr4: {:x}", cpu::ReadControlRegisters().cr4);
  Say("entries: bss {} data {}", ++g_entries_in_bss, g_entries_in_data++);
}

void BuildMap(const paging::PagingFeatures& features) {
  g_map.Build(g_info.memory(), features.identity_limit());
  const runtime::ImageLayout image = runtime::GetImageLayout();
  g_map.Claim(
      image.text.address, image.whole().size_bytes(), MemoryType::kImage);
  for (const Module& module : g_info.modules()) {
    g_map.Claim(module.address, module.size_bytes, MemoryType::kModule);
  }
  Say("RAM: {} MiB", g_map.ram_bytes() >> 20);
}

// Writes a word to the last page of each range of RAM and reads it again.
void TouchAllRam() {
  uint64_t top = 0;
  for (const MemoryRange& range : g_map.ranges()) {
    if (range.type != MemoryType::kFree) continue;
    const auto bytes = Must(g_memory.Map(range.end - 8, 8));
    const Le64 word = range.end;
    Must(WriteWire(bytes, 0, word));
    FLINT_CHECK(Must(ReadWire<Le64>(bytes)) == range.end, "RAM lost a word");
    top = range.end;
  }
  Say("used RAM up to {:x}", top);
}

// A zero page as a VMM would leave it, to enter ourselves by the other door.
uint64_t MakeZeroPage() {
  const uint64_t page =
      Must(g_map.Allocate({.page_count = 1, .max_address = k4GiB - 1}));
  const MutableBytes bytes = Must(g_memory.Map(page, 4096));
  std::ranges::fill(bytes, std::byte{0});
  Must(WriteWire(bytes, 0x1E8, std::array<uint8_t, 1>{1}));
  Must(WriteWire(bytes, 0x1FE, Le16(0xAA55)));
  Must(WriteWire(bytes, 0x202, Le32(0x53726448)));
  Must(WriteWire(bytes, 0x228, Le32(static_cast<uint32_t>(page + 0xE00))));
  Must(WriteWire(bytes, 0x2D0, Le64(0x10'0000)));
  Must(WriteWire(bytes, 0x2D8, Le64(0xFF0'0000)));
  Must(WriteWire(bytes, 0x2E0, Le32(memory::E820Type::kRam)));
  std::ranges::copy(AsBytes(std::string_view("kernel")), bytes.begin() + 0xE00);
  return page;
}

// ACPI's root pointer lies in the legacy hole, which is reserved.
void ReadRootPointer(paging::PageTables& tables) {
  paging::MappedMemory memory(g_memory, g_map, tables);
  const Bytes root = Must(memory.Map(g_info.rsdp_address(), 8));
  Say("root pointer: {}", AsText(root));
}

void UseFarDevice(paging::PageTables& tables) {
  paging::DeviceWindows windows(tables, g_map);
  // Nothing is there. What that reads is the VMM's choice; unmapped, it would
  // fault.
  io::RegisterIo& far = *Must(windows.Map(0xFF'0000'1000, 0x1000));
  Say("far device reads {:x}", far.Read32(0));
  io::RegisterIo& apic = *Must(windows.Map(0xFEE0'0000, 0x1000));
  Say("local APIC version {:x}", apic.Read32(0x30) & 0xFF);
}

void BeInterrupted(paging::PageTables& tables) {
  paging::DeviceWindows windows(tables, g_map);
  const TimerReport report = Must(UseTimer(g_cpu, windows));
  Say("timer: {} ticks, {} more once stopped; changed {:x}",
      report.ticks,
      report.later_ticks,
      report.changes);
}

void BeSurprised(paging::PageTables& tables) {
  paging::DeviceWindows windows(tables, g_map);
  std::array<std::byte, 8> bytes;
  Must(UseEntropyDevice(g_cpu, g_memory, g_map, windows, bytes));
  Say("entropy: {:016x}", uint64_t{Must(ReadWire<Be64>(bytes))});
}

[[noreturn]] void End() {
  Say("done");
  Exit();
  runtime::Halt();
}

void Obey(std::string_view command, paging::PageTables& tables) {
  if (command == "devices") {
    UseFarDevice(tables);
  } else if (command == "timer") {
    BeInterrupted(tables);
  } else if (command == "entropy") {
    BeSurprised(tables);
  } else if (command == "reserved") {
    ReadRootPointer(tables);
  } else if (command == "stack-guard") {
    Say("stack guard: {:016x}", StackGuard());
  } else if (command == "linux-door") {
    cpu::JumpToKernel(LinuxDoorAddress(), MakeZeroPage());
  } else if (command == "linux-door-five-levels") {
    flint_enter_with_five_levels(LinuxDoorAddress(), MakeZeroPage());
  } else if (command == "kernel") {
    cpu::JumpToKernel(TestKernelAddress(), 0x1234'5000);
  } else {
    MakeMistake(command);
  }
}

[[noreturn]] void Main(DoorKind door, uint64_t argument) {
  runtime::SetPanicSink(&g_serial);
  runtime::SetPanicEnd(&Exit);
  cpu::LoadDescriptorTables();
  ReadBootInfo(door, argument);

  const paging::PagingFeatures features = paging::ReadPagingFeatures(g_cpu);
  BuildMap(features);
  auto tables =
      Must(paging::PageTables::Create(g_memory, g_map, g_tlb, features));
  Must(paging::MapAddressSpace(tables, g_map, runtime::GetImageLayout()));
  cpu::UsePageTables(g_cpu, tables);
  Say("gigabyte pages: {}", features.gigabyte_pages);
  TouchAllRam();

  Obey(g_info.command_line(), tables);
  End();
}

[[noreturn]] void DescribeEntry(const TestKernelState& state) {
  Say("kernel: code {:x} data {:x} {:x} {:x}, zero page {:x}",
      state.code_segment,
      state.data_segment,
      state.extra_segment,
      state.stack_segment,
      state.zero_page);
  Say("kernel: interrupts {}, direction {}",
      (state.flags >> 9 & 1) != 0 ? "on" : "off",
      (state.flags >> 10 & 1) != 0 ? "down" : "up");
  Say("kernel: wrote its own code");
  End();
}

}  // namespace
}  // namespace flint::boot

void FlintMain(flint::boot::DoorKind door, uint64_t argument) {
  flint::boot::Main(door, argument);
}

extern "C" [[noreturn]] void TestKernelMain(
    const flint::boot::TestKernelState* state) {
  flint::boot::DescribeEntry(*state);
}
