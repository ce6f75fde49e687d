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

Machine WithFlint(Machine machine) {
  return machine.WithKernel(qemu::Runfile("firmware.elf"));
}

Machine WithBios(Machine machine, std::string path) {
  return machine.WithArguments({"-bios", std::move(path)});
}

Machine WithOvmf(const Machine& machine) {
  return WithBios(machine, qemu::Runfile("../debian_ovmf/ovmf.fd"));
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
          .contenders = {{"SeaBIOS", machine},
                         {"qboot", WithBios(machine, "qboot.rom")},
                         {"OVMF", WithOvmf(machine)}}};
}

/// A disk that only a firmware with its own boot loader can boot.
Scenario Entry() {
  return {.name = "Boot Loader Specification entry",
          .contenders = {{"Flint", WithFlint(WithDisk("entry.img"))}}};
}

/// A disk that firmware for UEFI can boot.
Scenario Uefi(std::string name,
              std::string_view image,
              std::span<const Peer> peers) {
  const Machine machine = WithDisk(image);
  Scenario scenario{.name = std::move(name),
                    .contenders = {{"Flint", WithFlint(machine)},
                                   {"OVMF", WithOvmf(machine)}}};
  for (const Peer& peer : peers) {
    scenario.contenders.push_back(
        {peer.name, Machine(machine).WithArguments(peer.arguments)});
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
