// SPDX-License-Identifier: Apache-2.0
//
// The least that gets a kernel and its initrd from a disk into memory: no file
// system, no memory map, no choice, nothing checked. It is told which sectors
// to read to where (read_plan.h), has virtio-blk's legacy interface do it at
// once, and enters the kernel. What firmware takes beyond that, it takes for
// being firmware.
//
// In QEMU, from PVH; the disk is the first on the bus, and SeaBIOS has given it
// its ports.
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

#include "boot/cpu/jump_to_kernel.h"
#include "boot/firmware/entry.h"
#include "drivers/io/cpu_registers.h"
#include "drivers/io/port_io.h"
#include "testing/bench/read_plan.h"

namespace flint::bench {
namespace {

// [pvh] As far as it is used.
struct StartInfo {
  std::array<uint32_t, 4> ignored;
  uint64_t module_list;
};
struct Module {
  uint64_t address;
};

// [pci-3.0 3.2.2.3.2]
constexpr uint16_t kConfigAddressPort = 0xCF8;
constexpr uint16_t kConfigDataPort = 0xCFC;
constexpr uint32_t kConfigEnabled = uint32_t{1} << 31;
constexpr uint32_t kSlotCount = 32;
constexpr uint32_t kSlotShift = 11;
constexpr uint32_t kCommandRegister = 0x04;
constexpr uint32_t kPortsAndBusMaster = 0x05;
constexpr uint32_t kFirstBarRegister = 0x10;
constexpr uint32_t kLegacyVirtioBlk = 0x1001'1AF4;

// [virtio-1.2 4.1.4.10]
constexpr uint16_t kDriverFeatures = 0x04;
constexpr uint16_t kQueuePage = 0x08;
constexpr uint16_t kQueueSelect = 0x0E;
constexpr uint16_t kQueueNotify = 0x10;
constexpr uint16_t kDeviceStatus = 0x12;
constexpr uint8_t kAcknowledged = 0x3;
constexpr uint8_t kRunning = 0x7;

// [virtio-1.2 2.7], in the size that QEMU's disks have.
constexpr size_t kQueueSize = 256;
constexpr size_t kPageBytes = 4096;
constexpr uint16_t kNext = 1;
constexpr uint16_t kDeviceWrites = 2;

struct Descriptor {
  uint64_t address;
  uint32_t size_bytes;
  uint16_t flags;
  uint16_t next;
};
struct Queue {
  std::array<Descriptor, kQueueSize> descriptors;
  uint16_t available_flags;
  uint16_t available_index;
  std::array<uint16_t, kQueueSize> available;
  alignas(kPageBytes) uint16_t used_flags;
  uint16_t used_index;
  std::array<uint64_t, kQueueSize> used;
};

// [virtio-1.2 5.2.6]
struct RequestHeader {
  uint32_t type;
  uint32_t reserved;
  uint64_t sector;
};

struct Shared {
  alignas(kPageBytes) Queue queue;
  std::array<RequestHeader, kMostReads> headers;
  std::array<uint8_t, kMostReads> statuses;
};
constinit Shared g_shared{};

/// Of isa-debug-exit: a kernel that was entered says another number.
constexpr uint16_t kExitPort = 0xF4;
constexpr uint8_t kFailed = 0;

template <typename T>
uint64_t AddressOf(const T& object) {
  // SAFETY: memory is identity-mapped.
  return reinterpret_cast<uint64_t>(&object);
}

template <typename T>
const T* At(uint64_t address) {
  // SAFETY: as above.
  return reinterpret_cast<const T*>(address);
}

void SelectConfig(io::PortIo& ports, uint32_t slot, uint32_t offset) {
  ports.Write32(kConfigAddressPort,
                kConfigEnabled | slot << kSlotShift | offset);
}

/// Where the disk's registers are, and 0 if there is no disk.
uint16_t FindDisk(io::PortIo& ports) {
  for (uint32_t slot = 0; slot < kSlotCount; ++slot) {
    SelectConfig(ports, slot, 0);
    if (ports.Read32(kConfigDataPort) != kLegacyVirtioBlk) continue;
    SelectConfig(ports, slot, kCommandRegister);
    ports.Write32(kConfigDataPort, kPortsAndBusMaster);
    SelectConfig(ports, slot, kFirstBarRegister);
    return static_cast<uint16_t>(ports.Read32(kConfigDataPort) & ~3U);
  }
  return 0;
}

void StartDisk(io::PortIo& ports, uint16_t disk) {
  ports.Write8(disk + kDeviceStatus, 0);
  ports.Write8(disk + kDeviceStatus, kAcknowledged);
  ports.Write32(disk + kDriverFeatures, 0);
  ports.Write16(disk + kQueueSelect, 0);
  ports.Write32(disk + kQueuePage,
                static_cast<uint32_t>(AddressOf(g_shared.queue) / kPageBytes));
  ports.Write8(disk + kDeviceStatus, kRunning);
}

void Submit(uint16_t index, const PlannedRead& read) {
  Queue& queue = g_shared.queue;
  RequestHeader& header = g_shared.headers[index];
  header.sector = read.sector;
  const auto first = static_cast<uint16_t>(3 * index);
  const auto second = static_cast<uint16_t>(first + 1);
  const auto third = static_cast<uint16_t>(first + 2);
  queue.descriptors[first] = {AddressOf(header), sizeof header, kNext, second};
  queue.descriptors[second] = {
      read.address, read.size_bytes, kNext | kDeviceWrites, third};
  queue.descriptors[third] = {
      AddressOf(g_shared.statuses[index]), 1, kDeviceWrites, 0};
  queue.available[index] = first;
}

void WaitFor(uint16_t count) {
  io::CpuRegisters cpu;
  const std::atomic_ref<uint16_t> used(g_shared.queue.used_index);
  while (used.load(std::memory_order_acquire) != count) cpu.Pause();
}

[[noreturn]] void Run(const ReadPlan& plan) {
  io::PortIo ports;
  const uint16_t disk = FindDisk(ports);
  if (disk == 0) ports.Write8(kExitPort, kFailed);
  StartDisk(ports, disk);
  const std::span reads(At<PlannedRead>(AddressOf(plan) + sizeof plan),
                        plan.read_count);
  for (uint16_t i = 0; i < reads.size(); ++i) Submit(i, reads[i]);
  const auto count = static_cast<uint16_t>(reads.size());
  std::atomic_ref(g_shared.queue.available_index)
      .store(count, std::memory_order_release);
  ports.Write16(disk + kQueueNotify, 0);
  WaitFor(count);
  for (const uint8_t status : std::span(g_shared.statuses).first(count)) {
    if (status != 0) ports.Write8(kExitPort, kFailed);
  }
  ports.Write8(disk + kDeviceStatus, 0);
  cpu::JumpToKernel(plan.kernel_entry, 0);
}

}  // namespace
}  // namespace flint::bench

void FlintMain(flint::boot::DoorKind, uint64_t argument) {
  using namespace flint::bench;
  const auto& start_info = *At<StartInfo>(argument);
  const auto& module = *At<Module>(start_info.module_list);
  Run(*At<ReadPlan>(module.address));
}
