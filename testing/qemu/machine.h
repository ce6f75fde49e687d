// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace flint::qemu {

/// What a disk is attached by. SATA is q35's own adapter, on other machines one
/// for all such disks; the rest bring their own controller.
enum class DiskKind { kVirtioBlk, kNvme, kSata, kSataCdRom, kVirtioScsi };

/// A disk and how the machine is given it.
struct Disk {
  /// Path of a raw image. What the guest writes goes to a temporary file that
  /// is thrown away, unless `keeps_writes`.
  std::string image = {};
  DiskKind kind = DiskKind::kVirtioBlk;
  /// A modern device, instead of the transitional one that QEMU makes. For
  /// virtio-blk.
  bool disable_legacy = false;
  /// On virtio-mmio, as microvm has it, instead of PCI.
  bool on_mmio = false;
  /// On a bus of its own: behind a PCIe root port on q35, a PCI bridge on pc.
  /// For virtio-blk.
  bool behind_bridge = false;
  /// The image itself is written. It must be the test's own copy.
  bool keeps_writes = false;
  /// The disk refuses writes.
  bool read_only = false;
  /// A CD-ROM's are of 2048 bytes, whatever is said here.
  uint32_t block_size_bytes = 512;
  /// More properties of the device: "iommu_platform=on,queue-size=16".
  std::string properties = {};
};

/// A virtual machine to be started, as QEMU's command line describes it:
/// emulated processor (never KVM), no default devices, no reboot.
class Machine {
 public:
  static Machine Q35() { return Machine("q35"); }
  static Machine Pc() { return Machine("pc"); }
  /// QEMU's machine without PCI and BIOS. `options` are of the machine:
  /// "acpi=off,pcie=on".
  static Machine Microvm(std::string_view options = "");

  Machine& WithMemoryMib(int mebibytes);
  /// The machine's memory is this file. One that is not there is made, of
  /// zeros; one of the memory's size keeps what is in it.
  Machine& WithMemoryFile(std::string path);
  /// The processor's model; "max" unless told.
  Machine& WithCpu(std::string model);
  /// An ELF with a PVH entry, or a Linux kernel.
  Machine& WithKernel(std::string path);
  /// What a Linux kernel finds as its initrd and a PVH entry as its module.
  Machine& WithInitrd(std::string path);
  Machine& WithCommandLine(std::string text);
  /// Devices on virtio-mmio are of version 2, instead of QEMU's 1.
  Machine& WithVirtioMmio2();
  /// Disks appear on the bus in the order they are added.
  Machine& WithDisk(const Disk& disk);
  /// Has QEMU count an event, such as virtio_blk_handle_read.
  Machine& WithTrace(std::string_view event);
  /// Guest time is one nanosecond an instruction, whatever the host is busy
  /// with; a guest that has nothing to do sleeps in real time. It starts at
  /// midnight of 2024-01-01.
  Machine& WithInstructionClock();
  /// Power-off and reset leave the machine stopped, for queries, instead of
  /// ending QEMU.
  Machine& WithPauseOnShutdown();
  Machine& WithArguments(const std::vector<std::string>& arguments);

  int memory_mebibytes() const { return memory_mebibytes_; }
  /// All of it but the program's name and the serial port.
  std::vector<std::string> Arguments() const;

 private:
  explicit Machine(std::string board) : board_(std::move(board)) {}

  void Add(std::string option, std::string value);
  void AddBridge(int index);
  /// The next port of the SATA adapter, which is added if there is none.
  std::string NextSataPort();
  /// The device's name and what only its kind has.
  std::string DeviceFor(const Disk& disk, int index);

  std::string board_;
  std::string cpu_ = "max";
  int memory_mebibytes_ = 256;
  std::string memory_file_;
  bool pauses_on_shutdown_ = false;
  int disk_count_ = 0;
  int sata_count_ = 0;
  std::vector<std::string> arguments_;
};

}  // namespace flint::qemu
