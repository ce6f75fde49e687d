// SPDX-License-Identifier: Apache-2.0
//
// The whole story: from the door, by way of machine and disks, to a kernel, or
// to a report of why there is none.
#include <array>
#include <memory>
#include <optional>
#include <string_view>

#include "boot/cpu/descriptor_tables.h"
#include "boot/firmware/boot_choice.h"
#include "boot/firmware/disk_search.h"
#include "boot/firmware/entry.h"
#include "boot/firmware/linux_booter.h"
#include "boot/firmware/machine.h"
#include "boot/firmware/module_program.h"
#include "boot/firmware/uefi_booter.h"
#include "boot/firmware/variable_flash.h"
#include "boot/firmware/version.h"
#include "drivers/block/disk_list.h"
#include "efi/block_io/attachment_path.h"
#include "efi/boot_manager/device_rank.h"
#include "efi/device_path/path_writer.h"
#include "loader/boot_plan/boot_plan.h"
#include "platforms/base/log.h"
#include "platforms/runtime/panic.h"

namespace flint::boot {
namespace {

/// One call of the driver for as many pieces of kernel and initrds.
constexpr size_t kBatchExtents = 1024;

/// Bridges nest a few levels deep at most.
constexpr size_t kMaxDiskPathBytes = 512;

using MachineStorage = std::array<std::byte, sizeof(Machine)>;

/// Where the machine lives: too large for the stack, and not a constant.
alignas(Machine) [[gnu::section(".bss.uncleared")]] constinit MachineStorage
    g_machine_storage{};
constinit Machine* g_machine = nullptr;

/// Ends the machine after a panic or an exception as its owner wants.
void EndAfterLastWords() { g_machine->End(); }

/// Writes the report to the log.
class ReportWriter final : public boot_plan::LineWriter {
 public:
  void WriteLine(std::string_view line) override { log::Error("{}", line); }
};

void Announce(const Machine& machine, memory::MemoryMap& map) {
  log::Info("{}, started by {}, {} MiB of memory",
            kProduct,
            ToString(machine.info().door()),
            map.ram_bytes() >> 20);
}

/// Boots every kind of candidate.
class CandidateBooter final : public boot_plan::Booter {
 public:
  CandidateBooter(Machine& machine,
                  std::span<block::BlockExtent> extents,
                  const boot_plan::BootPlan& plan)
      : linux_(machine, extents), uefi_(machine, plan) {}

  UefiBooter& uefi() { return uefi_; }

  Failure Boot(const boot_plan::Candidate& candidate) override {
    switch (candidate.kind) {
      case boot_plan::CandidateKind::kBlsEntry:
        return linux_.Boot(candidate);
      case boot_plan::CandidateKind::kUefiProgram:
      case boot_plan::CandidateKind::kLoadOption:
        return uefi_.Boot(candidate);
    }
    return Error(ErrorCode::kUnsupported, "no such kind of candidate");
  }

 private:
  LinuxBooter linux_;
  UefiBooter uefi_;
};

/// When what is on a disk is tried; nothing if the VM is not to be booted from
/// it.
std::optional<boot_plan::Rank> RankOf(Machine& machine,
                                      const block::Disk& disk) {
  const boot_plan::DeviceOrder& order = machine.device_order();
  // Most VMMs say nothing.
  if (order.devices().empty()) return boot_plan::Rank::kDisk;
  efi::FixedPathWriter<kMaxDiskPathBytes> writer;
  const Status appended = efi::AppendAttachmentPath(
      machine.pci_config(), machine.pci_functions(), disk.attachment, *writer);
  const auto path =
      appended ? writer->Finish() : std::unexpected(appended.error());
  const auto index = path ? efi::IndexOf(order, *path) : std::nullopt;
  if (index) {
    return boot_plan::RankOnDevice(*index, boot_plan::CandidateKind::kBlsEntry);
  }
  if (order.is_strict()) return std::nullopt;
  return boot_plan::Rank::kDisk;
}

Status SearchDisk(Machine& machine,
                  const block::Disk& disk,
                  DiskSearch& search,
                  boot_plan::BootPlan& plan) {
  const boot_plan::Place place{.disk = disk.name.view()};
  if (disk.device == nullptr) {
    return plan.AddFinding(place, {}, disk.status.error());
  }
  if (const auto rank = RankOf(machine, disk)) {
    return search.Search(*disk.device, *rank);
  }
  return plan.AddFinding(
      place,
      {},
      Error(ErrorCode::kUnsupported, "the VMM's boot order excludes it"));
}

/// Fills the plan with what is on the disks.
Status Search(Machine& machine, DiskSearch& search, boot_plan::BootPlan& plan) {
  for (const block::Disk& disk : machine.disks()) {
    TRY(SearchDisk(machine, disk, search, plan));
    machine.Note(Stage::kDiskSearched, disk.name.view());
  }
  if (machine.disks().empty()) {
    TRY(plan.AddFinding(
        {}, {}, Error(ErrorCode::kNotFound, "the machine has no disk")));
  }
  return {};
}

Status BringUp(Machine& machine, DoorKind door, uint64_t argument) {
  TRY(machine.ReadDoor(door, argument));
  TRY(machine.BringUpMemory());
  TRY(machine.SetUpPlatform());
  machine.DiscoverPlatform();
  machine.ReadVmmFiles();
  Announce(machine, machine.map());
  return {};
}

/// Returns if there is no such kernel, or if it cannot be booted.
void BootVmmKernel(Machine& machine, std::span<block::BlockExtent> extents) {
  Result<VmmKernel> kernel = machine.FindVmmKernel();
  if (!kernel) return;
  LinuxBooter booter(machine, extents);
  log::Error("{}", booter.BootVmmKernel(*kernel).error);
}

/// Returns if nothing could be booted, with the report written.
Status Boot(Machine& machine) {
  const auto extents =
      TRY(machine.arena().AllocateArray<block::BlockExtent>(kBatchExtents));
  BootVmmKernel(machine, extents);
  TRY(machine.StartDisks());
  boot_plan::BootPlan plan(machine.arena());
  const LoadedModules modules(machine.info().modules(), machine.memory());
  TRY(modules.AddProgram(machine.settings().options(), plan));
  DiskSearch search(machine.map(), machine.memory(), machine.arena(), plan);
  TRY(Search(machine, search, plan));
  CandidateBooter booter(machine, extents, plan);
  VariableFlash* const flash = machine.variable_flash();
  const bool has_variables =
      search.found_variables() || (flash != nullptr && flash->SaysWhatToBoot());
  ChooseWhatToBoot(machine, booter.uefi(), has_variables, plan);
  machine.Note(Stage::kChosen);
  plan.Run(booter);
  ReportWriter writer;
  plan.WriteReport(writer);
  return {};
}

[[noreturn]] void Run(DoorKind door, uint64_t argument) {
  cpu::LoadDescriptorTables();
  // SAFETY: storage of the right size and alignment, used for this alone.
  Machine& machine = *::new (g_machine_storage.data()) Machine;
  g_machine = &machine;
  runtime::SetPanicEnd(&EndAfterLastWords);
  if (const Status up = BringUp(machine, door, argument); !up) {
    log::Error("cannot start: {}", up.error());
  } else if (const Status booted = Boot(machine); !booted) {
    log::Error("cannot boot: {}", booted.error());
  }
  machine.End();
}

}  // namespace
}  // namespace flint::boot

void FlintMain(flint::boot::DoorKind door, uint64_t argument) {
  flint::boot::Run(door, argument);
}
