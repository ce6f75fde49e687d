// SPDX-License-Identifier: Apache-2.0
#include "testing/bench/scenarios.h"

#include <string_view>

#include "absl/strings/str_cat.h"
#include "testing/qemu/runfiles.h"

namespace flint::bench {
namespace {

using qemu::Machine;

constexpr int kMemoryMib = 1024;

std::string Image(std::string_view name) {
  return qemu::Runfile(absl::StrCat("testing/bench/", name));
}

Machine WithBios(Machine machine, std::string path) {
  return machine.WithArguments({"-bios", std::move(path)});
}

/// Flint as SeaBIOS starts it (PVH).
Contender Flint(Machine machine) {
  const std::string image = qemu::Runfile("firmware.elf");
  return {.firmware = "Flint",
          .machine = machine.WithKernel(image),
          .image = image};
}

/// Flint at the reset vector, with nothing before it.
Contender FlintRom(const Machine& machine) {
  const std::string image = qemu::Runfile("firmware_rom.bin");
  return {.firmware = "Flint (ROM)",
          .machine = WithBios(machine, image),
          .image = image};
}

Contender Ovmf(const Machine& machine) {
  const std::string image = qemu::Runfile("../debian_ovmf/ovmf.fd");
  return {
      .firmware = "OVMF", .machine = WithBios(machine, image), .image = image};
}

/// Not firmware: the least that reads kernel and initrd of `entry.img`.
Contender BareLoop(Machine machine) {
  const std::string image = Image("bare_loop.elf");
  return {.firmware = "bare loop",
          .machine = machine.WithKernel(image).WithInitrd(Image("entry.plan")),
          .image = image};
}

/// The file that a peer's arguments name.
std::string ImageOf(const Peer& peer) {
  for (size_t i = 1; i < peer.arguments.size(); ++i) {
    const std::string& option = peer.arguments[i - 1];
    if (option == "-bios" || option == "-kernel") return peer.arguments[i];
  }
  return "";
}

Machine WithDisk(std::string_view image) {
  return Machine::Q35()
      .WithMemoryMib(kMemoryMib)
      .WithDisk({.image = Image(image)});
}

/// The kernel comes from the VMM.
Scenario Direct() {
  const Machine machine = Machine::Q35()
                              .WithMemoryMib(kMemoryMib)
                              .WithKernel(Image("kernel"))
                              .WithInitrd(Image("initrd"));
  return {.name = "kernel and initrd from the VMM",
          .contenders = {FlintRom(machine),
                         {"SeaBIOS", machine},
                         {"qboot", WithBios(machine, "qboot.rom")},
                         Ovmf(machine)}};
}

/// A disk that only a firmware with its own boot loader can boot.
Scenario Entry() {
  const Machine machine = WithDisk("entry.img");
  return {.name = "Boot Loader Specification entry",
          .contenders = {BareLoop(machine), Flint(machine), FlintRom(machine)}};
}

/// A disk that firmware for UEFI can boot.
Scenario Uefi(std::string name,
              std::string_view image,
              std::span<const Peer> peers) {
  const Machine machine = WithDisk(image);
  Scenario scenario{
      .name = std::move(name),
      .contenders = {Flint(machine), FlintRom(machine), Ovmf(machine)}};
  for (const Peer& peer : peers) {
    scenario.contenders.push_back(
        {.firmware = peer.name,
         .machine = Machine(machine).WithArguments(peer.arguments),
         .image = ImageOf(peer)});
  }
  return scenario;
}

}  // namespace

std::vector<Scenario> Scenarios(std::span<const Peer> peers) {
  return {Direct(),
          Entry(),
          Uefi("unified kernel image", "unified.img", peers),
          Uefi("shim, GRUB and ext4", "grub.img", peers)};
}

}  // namespace flint::bench
