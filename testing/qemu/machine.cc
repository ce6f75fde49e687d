// SPDX-License-Identifier: Apache-2.0
#include "testing/qemu/machine.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace flint::qemu {
namespace {

/// A value inside QEMU's comma-separated options.
std::string Quote(std::string_view value) {
  return absl::StrReplaceAll(value, {{",", ",,"}});
}

std::string_view OnOff(bool value) { return value ? "on" : "off"; }

}  // namespace

Machine Machine::Microvm(std::string_view options) {
  const std::string_view separator = options.empty() ? "" : ",";
  return Machine(absl::StrCat("microvm", separator, options));
}

void Machine::Add(std::string option, std::string value) {
  arguments_.push_back(std::move(option));
  arguments_.push_back(std::move(value));
}

Machine& Machine::WithMemoryMib(int mebibytes) {
  memory_mebibytes_ = mebibytes;
  return *this;
}

Machine& Machine::WithMemoryFile(std::string path) {
  memory_file_ = std::move(path);
  return *this;
}

Machine& Machine::WithCpu(std::string model) {
  cpu_ = std::move(model);
  return *this;
}

Machine& Machine::WithKernel(std::string path) {
  Add("-kernel", std::move(path));
  return *this;
}

Machine& Machine::WithInitrd(std::string path) {
  Add("-initrd", std::move(path));
  return *this;
}

Machine& Machine::WithCommandLine(std::string text) {
  Add("-append", std::move(text));
  return *this;
}

Machine& Machine::WithVirtioMmio2() {
  Add("-global", "virtio-mmio.force-legacy=false");
  return *this;
}

void Machine::AddBridge(int index) {
  const std::string_view number =
      board_ == "q35" ? "pcie-root-port,chassis" : "pci-bridge,chassis_nr";
  Add("-device", absl::StrCat(number, "=", index + 1, ",id=bridge", index));
}

std::string Machine::NextSataPort() {
  if (board_ == "q35") return absl::StrCat(",bus=ide.", sata_count_++);
  if (sata_count_ == 0) Add("-device", "ich9-ahci,id=sata");
  return absl::StrCat(",bus=sata.", sata_count_++);
}

Machine& Machine::WithDisk(const Disk& disk) {
  const int index = disk_count_++;
  if (disk.behind_bridge) AddBridge(index);
  // `snapshot` would make a read-only disk writable.
  Add("-drive",
      absl::StrCat("if=none,format=raw,id=disk",
                   index,
                   ",readonly=",
                   OnOff(disk.read_only),
                   ",snapshot=",
                   OnOff(!disk.read_only && !disk.keeps_writes),
                   ",file=",
                   Quote(disk.image)));
  Add("-device",
      absl::StrCat(
          DeviceFor(disk, index),
          disk.properties.empty() ? "" : absl::StrCat(",", disk.properties)));
  return *this;
}

std::string Machine::DeviceFor(const Disk& disk, int index) {
  const std::string drive = absl::StrCat(",drive=disk", index);
  // A CD-ROM's are of 2048 bytes.
  const std::string block_size = absl::StrCat(",logical_block_size=",
                                              disk.block_size_bytes,
                                              ",physical_block_size=",
                                              disk.block_size_bytes);
  switch (disk.kind) {
    case DiskKind::kVirtioBlk:
      return absl::StrCat(
          disk.on_mmio ? "virtio-blk-device" : "virtio-blk-pci",
          drive,
          disk.disable_legacy ? ",disable-legacy=on" : "",
          disk.behind_bridge ? absl::StrCat(",bus=bridge", index) : "",
          block_size);
    case DiskKind::kNvme:
      return absl::StrCat("nvme", drive, ",serial=flint-", index, block_size);
    case DiskKind::kSata:
      return absl::StrCat("ide-hd", drive, NextSataPort(), block_size);
    case DiskKind::kSataCdRom:
      return absl::StrCat("ide-cd", drive, NextSataPort());
    case DiskKind::kVirtioScsi:
      Add("-device", absl::StrCat("virtio-scsi-pci,id=scsi", index));
      return absl::StrCat("scsi-hd",
                          drive,
                          ",scsi-id=3,lun=2,bus=scsi",
                          index,
                          ".0",
                          block_size);
  }
  return "";
}

Machine& Machine::WithTrace(std::string_view event) {
  Add("-trace", absl::StrCat("enable=", event));
  return *this;
}

Machine& Machine::WithInstructionClock() {
  Add("-icount", "shift=0");
  Add("-rtc", "base=2024-01-01,clock=vm");
  return *this;
}

Machine& Machine::WithPauseOnShutdown() {
  pauses_on_shutdown_ = true;
  return *this;
}

Machine& Machine::WithArguments(const std::vector<std::string>& arguments) {
  arguments_.insert(arguments_.end(), arguments.begin(), arguments.end());
  return *this;
}

std::vector<std::string> Machine::Arguments() const {
  std::vector<std::string> arguments = {"-machine",
                                        board_,
                                        "-accel",
                                        "tcg",
                                        "-cpu",
                                        cpu_,
                                        "-m",
                                        absl::StrCat(memory_mebibytes_, "M"),
                                        "-nodefaults",
                                        "-no-user-config",
                                        "-display",
                                        "none",
                                        "-no-reboot"};
  if (!memory_file_.empty()) {
    arguments.insert(arguments.end(),
                     {"-object",
                      absl::StrCat("memory-backend-file,id=ram,share=on,size=",
                                   memory_mebibytes_,
                                   "M,mem-path=",
                                   Quote(memory_file_)),
                      "-machine",
                      "memory-backend=ram"});
  }
  if (pauses_on_shutdown_) arguments.push_back("-no-shutdown");
  arguments.insert(arguments.end(), arguments_.begin(), arguments_.end());
  return arguments;
}

}  // namespace flint::qemu
