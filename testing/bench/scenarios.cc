// SPDX-License-Identifier: Apache-2.0
#include "testing/bench/scenarios.h"

#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "testing/qemu/runfiles.h"

namespace flint::bench {
namespace {

using qemu::Machine;

constexpr int kMemoryMib = 512;

std::string File(std::string_view name) {
  return qemu::Runfile(absl::StrCat("testing/bench/", name));
}

/// What is booted, in the forms in which it is.
struct Guest {
  std::string kernel;
  std::string initrd;
  std::string command_line;
  std::string unified_kernel;
  /// Before the names of the disks.
  std::string prefix;
  bool goes_on;
};

Guest GuestFor(Goal goal) {
  if (goal == Goal::kKernel) {
    return {.kernel = File("kernel"),
            .initrd = File("initrd"),
            .command_line = "quiet",
            .unified_kernel = File("unified_kernel.efi"),
            .prefix = "",
            .goes_on = false};
  }
  return {.kernel = qemu::Runfile("../debian_linux_cloud/vmlinuz"),
          .initrd = File("linux_initrd.cpio"),
          .command_line = "quiet",
          .unified_kernel = File("linux_unified_kernel.efi"),
          .prefix = "linux_",
          .goes_on = true};
}

Machine WithBios(Machine machine, std::string path) {
  return machine.WithArguments({"-bios", std::move(path)});
}

Contender Bios(std::string name, const Machine& machine, std::string image) {
  return {.firmware = std::move(name),
          .machine = WithBios(machine, image),
          .image = image};
}

Contender SeaBios(const Machine& machine) {
  return Bios("SeaBIOS", machine, qemu::Runfile("../debian_seabios/bios.bin"));
}

Contender Ovmf(const Machine& machine) {
  return Bios("OVMF", machine, qemu::Runfile("../debian_ovmf/ovmf.fd"));
}

/// Not firmware: the least that reads kernel and initrd of `entry.img`.
Contender BareLoop(Machine machine) {
  const std::string image = File("bare_loop.elf");
  return {.firmware = "bare loop",
          .machine = machine.WithKernel(image).WithInitrd(File("entry.plan")),
          .image = image};
}

/// The file that a peer's arguments name, unless QEMU finds it elsewhere.
std::string ImageOf(const Peer& peer) {
  for (size_t i = 1; i < peer.arguments.size(); ++i) {
    const std::string& option = peer.arguments[i - 1];
    if ((option == "-bios" || option == "-kernel") &&
        std::filesystem::exists(peer.arguments[i])) {
      return peer.arguments[i];
    }
  }
  return "";
}

/// The kernel comes from the VMM.
Scenario Direct(const Guest& guest) {
  const Machine machine = Machine::Q35()
                              .WithMemoryMib(kMemoryMib)
                              .WithKernel(guest.kernel)
                              .WithInitrd(guest.initrd)
                              .WithCommandLine(guest.command_line);
  const std::string qboot = qemu::Runfile("../debian_qboot/qboot.rom");
  return {.name = "kernel and initrd from the VMM",
          .contenders = {FlintRom(machine),
                         SeaBios(machine),
                         Bios("qboot", machine, qboot),
                         Ovmf(machine)}};
}

/// A disk that only a firmware with its own boot loader can boot; for a BIOS
/// there is GRUB's, with the same files on the same file system.
Scenario Entry(const Guest& guest) {
  const Machine machine = WithDisk(absl::StrCat(guest.prefix, "entry.img"));
  Scenario scenario{.name = "kernel and initrd from FAT",
                    .contenders = {Flint(machine), FlintRom(machine)}};
  if (!guest.goes_on) {
    scenario.contenders.insert(scenario.contenders.begin(), BareLoop(machine));
  }
  Contender grub = SeaBios(WithDisk(absl::StrCat(guest.prefix, "bios.img")));
  grub.firmware = "SeaBIOS and GRUB";
  grub.starts_boot_sector = true;
  scenario.contenders.push_back(grub);
  return scenario;
}

/// A disk that firmware for UEFI can boot.
Scenario Uefi(std::string name,
              const Machine& machine,
              const std::string& boot_loader,
              std::span<const Peer> peers) {
  Scenario scenario{
      .name = std::move(name),
      .contenders = {Flint(machine), FlintRom(machine), Ovmf(machine)}};
  for (const Peer& peer : peers) {
    scenario.contenders.push_back(
        {.firmware = peer.name,
         .machine = Machine(machine).WithArguments(peer.arguments),
         .image = ImageOf(peer)});
  }
  for (Contender& contender : scenario.contenders) {
    contender.boot_loader = boot_loader;
  }
  return scenario;
}

Contender WithSymbols(Contender contender) {
  contender.symbols = qemu::Runfile("firmware.debug.elf");
  return contender;
}

}  // namespace

Machine WithDisk(std::string_view image) {
  return Machine::Q35()
      .WithMemoryMib(kMemoryMib)
      .WithDisk({.image = File(image)});
}

Contender Flint(Machine machine) {
  const std::string image = qemu::Runfile("firmware.elf");
  return WithSymbols({.firmware = "Flint",
                      .machine = machine.WithKernel(image),
                      .image = image});
}

Contender FlintRom(Machine machine) {
  return WithSymbols(
      Bios("Flint (ROM)", machine, qemu::Runfile("firmware_rom.bin")));
}

std::vector<Scenario> Scenarios(Goal goal, std::span<const Peer> peers) {
  const Guest guest = GuestFor(goal);
  std::vector<Scenario> scenarios = {
      Direct(guest),
      Entry(guest),
      Uefi("unified kernel image",
           WithDisk(absl::StrCat(guest.prefix, "unified.img")),
           guest.unified_kernel,
           peers),
      Uefi("shim, GRUB and ext4",
           WithDisk(absl::StrCat(guest.prefix, "grub.img")),
           qemu::Runfile("../debian_shim/shimx64.efi"),
           peers)};
  for (Scenario& scenario : scenarios) {
    scenario.payload_bytes = std::filesystem::file_size(guest.kernel) +
                             std::filesystem::file_size(guest.initrd);
  }
  if (!guest.goes_on) return scenarios;
  for (Scenario& scenario : scenarios) {
    for (Contender& contender : scenario.contenders) {
      contender.kernel = guest.kernel;
    }
  }
  return scenarios;
}

}  // namespace flint::bench
