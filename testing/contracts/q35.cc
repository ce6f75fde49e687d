// SPDX-License-Identifier: Apache-2.0
#include "testing/contracts/q35.h"

#include "testing/contracts/aml.h"

namespace flint::contracts::q35 {
namespace {

/// Configuration space by ports. [pci-3.0 3.2.2.3.2]
class Function {
 public:
  Function(LaunchScript& script, uint32_t device, uint32_t function = 0)
      : script_(script), address_(1u << 31 | device << 11 | function << 8) {}

  Function& Write8(uint16_t offset, uint8_t value) {
    script_.WritePort8(Select(offset), value);
    return *this;
  }
  Function& Write16(uint16_t offset, uint16_t value) {
    script_.WritePort16(Select(offset), value);
    return *this;
  }
  Function& Write32(uint16_t offset, uint32_t value) {
    script_.WritePort32(Select(offset), value);
    return *this;
  }

 private:
  uint16_t Select(uint16_t offset) {
    script_.WritePort32(0xCF8, address_ | (offset & ~3u));
    return static_cast<uint16_t>(0xCFC + (offset & 3));
  }

  LaunchScript& script_;
  uint32_t address_;
};

constexpr uint16_t kCommand = 0x04;
constexpr uint16_t kMemoryDecode = 1 << 1;
constexpr uint16_t kBusMaster = 1 << 2;

constexpr uint16_t Bar(int index) {
  return static_cast<uint16_t>(0x10 + 4 * index);
}

constexpr uint32_t kDiskSlot = 1;
constexpr uint32_t kSharedMemorySlot = 2;
constexpr uint32_t kRandomSlot = 3;
/// The table of message interrupts lies behind the disk's own registers, or,
/// having 32 bits of address only, by itself.
constexpr uint64_t kInterruptTableOffset = 0x4000;
constexpr uint32_t kLowInterruptTable = 0xDFF00000;

/// [qemu q35.c] Read and write RAM everywhere from 0xA0000 to 0xFFFFF.
void OpenLowMemory(LaunchScript& script) {
  Function bridge(script, 0);
  bridge.Write8(0x90, 0x30);
  for (uint16_t offset = 0x91; offset <= 0x96; ++offset) {
    bridge.Write8(offset, 0x33);
  }
  constexpr uint8_t kSmramOpen = 0x42;
  bridge.Write8(0x9D, kSmramOpen);
}

void SetUpAcpi(LaunchScript& script) {
  Function(script, 31).Write32(0x40, kPmBase | 1u).Write8(0x44, 0x80);
}

/// Has a modern virtio device run with one queue, which takes two pages and
/// what the device writes a third. [virtio-1.2 4.1.4.3]
LaunchScript LeaveRunning(uint32_t slot, uint32_t registers, uint32_t queue) {
  constexpr uint32_t kDriverFeatureSelect = 0x08;
  constexpr uint32_t kDriverFeature = 0x0C;
  constexpr uint32_t kDeviceStatus = 0x14;
  constexpr uint32_t kQueueSelect = 0x16;
  constexpr uint32_t kQueueEnable = 0x1C;
  constexpr uint32_t kQueueDescriptors = 0x20;
  constexpr uint32_t kQueueDriver = 0x28;
  constexpr uint32_t kQueueDevice = 0x30;
  LaunchScript script;
  Function(script, slot).Write16(kCommand, kMemoryDecode | kBusMaster);
  script.WriteMemory8(registers + kDeviceStatus, 0x1)
      .WriteMemory8(registers + kDeviceStatus, 0x3)
      .WriteMemory32(registers + kDriverFeatureSelect, 1)
      .WriteMemory32(registers + kDriverFeature, 1)  // VERSION_1
      .WriteMemory8(registers + kDeviceStatus, 0xB)
      .WriteMemory16(registers + kQueueSelect, 0)
      .WriteMemory32(registers + kQueueDescriptors, queue)
      .WriteMemory32(registers + kQueueDriver, queue + 0x1000)
      .WriteMemory32(registers + kQueueDevice, queue + 0x2000)
      .WriteMemory16(registers + kQueueEnable, 1)
      .WriteMemory8(registers + kDeviceStatus, 0xF);
  return script;
}

uint32_t Low(uint64_t address) { return static_cast<uint32_t>(address); }

}  // namespace

qemu::Machine Machine(int memory_mebibytes) {
  return qemu::Machine::Q35()
      .WithMemoryMib(memory_mebibytes)
      .WithArguments({"-device", "isa-debug-exit,iobase=0x600,iosize=1"});
}

LaunchScript SetUp(const Platform& platform) {
  LaunchScript script;
  OpenLowMemory(script);
  SetUpAcpi(script);
  if (platform.ecam) {
    constexpr uint32_t k128Buses = 1 << 1;
    Function(script, 0).Write32(0x64, 0).Write32(
        0x60, *platform.ecam | k128Buses | 1);
  }
  if (platform.disk) {
    const uint64_t disk = *platform.disk;
    const bool is_low = disk <= UINT32_MAX;
    Function(script, kDiskSlot)
        .Write32(
            Bar(1),
            is_low ? Low(disk + kInterruptTableOffset) : kLowInterruptTable)
        .Write32(Bar(4), Low(disk))
        .Write32(Bar(5), Low(disk >> 32));
  }
  if (platform.shared_memory) {
    Function(script, kSharedMemorySlot)
        .Write32(Bar(2), *platform.shared_memory)
        .Write32(Bar(3), 0)
        .Write16(kCommand, kMemoryDecode);
  }
  return script;
}

LaunchScript LeaveDiskRunning(uint32_t registers, uint32_t queue) {
  return LeaveRunning(kDiskSlot, registers, queue);
}

LaunchScript LeaveRandomSourceRunning(uint32_t registers, uint32_t queue) {
  constexpr uint32_t kNotify = 0x3000;
  constexpr uint32_t kBuffers = 0x3000;
  constexpr uint32_t kBufferBytes = 0x1000;
  constexpr uint32_t kBufferCount = 8;
  constexpr uint16_t kDeviceWrites = 2;
  LaunchScript script;
  Function(script, kRandomSlot)
      .Write32(Bar(1), registers + kInterruptTableOffset)
      .Write32(Bar(4), registers)
      .Write32(Bar(5), 0);
  // Descriptors, and the driver's ring of them. [virtio-1.2 2.7]
  const uint32_t ring = queue + 0x1000;
  script.Fill(queue, 3 * 0x1000, 0);
  for (uint32_t i = 0; i < kBufferCount; ++i) {
    const uint32_t descriptor = queue + 16 * i;
    script.WriteMemory32(descriptor, queue + kBuffers + i * kBufferBytes)
        .WriteMemory32(descriptor + 8, kBufferBytes)
        .WriteMemory16(descriptor + 12, kDeviceWrites)
        .WriteMemory16(ring + 4 + 2 * i, static_cast<uint16_t>(i));
  }
  script.WriteMemory16(ring + 2, kBufferCount);
  return script.Append(LeaveRunning(kRandomSlot, registers, queue))
      .WriteMemory16(registers + kNotify, 0);
}

std::string Dsdt(const std::string& windows) {
  const std::string bus =
      windows.empty()
          ? ""
          : aml::Device("PCI0",
                        aml::Name("_HID", aml::EisaId("PNP0A08")) +
                            aml::Name("_CID", aml::EisaId("PNP0A03")) +
                            aml::Name("_UID", aml::Integer(0)) +
                            aml::Name("_CRS", windows));
  return aml::SoftOff(kSoftOffType) +
         aml::Scope("_SB_", aml::SerialPort() + bus);
}

}  // namespace flint::contracts::q35
