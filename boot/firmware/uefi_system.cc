// SPDX-License-Identifier: Apache-2.0
#include "boot/firmware/uefi_system.h"

#include <string_view>
#include <utility>

#include "boot/firmware/variable_flash.h"
#include "drivers/rng/virtio_random_probe.h"
#include "efi/block_io/attachment_path.h"
#include "efi/boot_manager/boot_variables.h"
#include "efi/console/console.h"
#include "efi/device_path/device_path.h"
#include "efi/device_path/path_writer.h"
#include "efi/device_tree/device_tree_table.h"
#include "efi/file_system/simple_file_system.h"
#include "efi/platform_tables/platform_tables.h"
#include "efi/random_seed/random_seed.h"
#include "efi/runtime/embedded_image.h"
#include "efi/runtime/runtime_clock.h"
#include "platforms/base/log.h"
#include "platforms/runtime/image_layout.h"
#include "platforms/runtime/panic.h"

namespace flint::boot {
namespace {

namespace abi = efi::abi;

/// Of Flint, as the system table and SMBIOS have it: major, minor.
constexpr uint32_t kFirmwareRevision = 0x0000'0001;

/// Bridges nest a few levels deep at most.
constexpr size_t kMaxDiskPathBytes = 512;

Status ToStatus(abi::EFI_STATUS status) {
  if (!abi::EFI_ERROR(status)) return {};
  return Fail(ErrorCode::kNoMemory, "no memory for the UEFI environment");
}

}  // namespace

UefiSystem::UefiSystem(Machine& machine)
    : machine_(machine),
      environment_({.map = machine.map(),
                    .memory = machine.memory(),
                    .clock = machine.clock(),
                    .watchdog_action = watchdog_,
                    .firmware_revision = kFirmwareRevision}) {}

Status UefiSystem::Start() {
  TRY(environment_.Start());
  environment_.pages().set_protection(&protection_);
  images_.emplace(efi::ImageLoader::Parts{
      .pages = environment_.pages(),
      .pool = environment_.pool(),
      .events = environment_.events(),
      .handles = environment_.handles(),
      .gate = gate_,
      .system_table = environment_.tables().system_table()});
  environment_.set_images(&*images_);
  runtime::SetAddressNames(&programs_.emplace(*images_));
  const runtime::AddressRange image = runtime::GetImageLayout().whole();
  TRY(ToStatus(images_->AddFirmwareImage(image.address, image.size_bytes())));
  TRY(efi::InstallConsole(environment_,
                          {.in = machine_.input(),
                           .out = machine_.output(),
                           .clock = machine_.clock()}));
  TRY(InstallProtocols());
  TRY(InstallTables());
  TRY(InstallDisks());
  TRY(volumes_.List(machine_.arena()));
  TRY(StartRuntime());
  environment_.AddExitObserver(hand_over_);
  return {};
}

Status UefiSystem::InstallTables() {
  uint64_t rsdp_address = machine_.rsdp_address();
  auto performance =
      efi::BootPerformance::Create(environment_.pages(), rsdp_address);
  if (performance) {
    rsdp_address = performance_.emplace(*performance).rsdp_address();
  } else {
    log::Debug("no FPDT: {}", performance.error());
  }
  InstallDeviceTree();
  return efi::InstallPlatformTables({.tables = environment_.tables(),
                                     .map = machine_.map(),
                                     .memory = machine_.memory()},
                                    rsdp_address);
}

void UefiSystem::InstallDeviceTree() {
  const Bytes tree = machine_.device_tree();
  if (tree.empty()) return;
  const Status installed =
      efi::InstallDeviceTree(environment_.tables(), environment_.pool(), tree);
  if (!installed) log::Warning("device tree: {}", installed.error());
}

rng::RandomSource* UefiSystem::FindRandomSource() {
  rng::RandomSource* const device =
      rng::ProbeVirtioRandom({.pci = machine_.pci_access(),
                              .functions = machine_.pci_functions(),
                              .mmio_devices = machine_.mmio_devices()},
                             {.clock = machine_.clock(),
                              .memory = machine_.memory(),
                              .pages = machine_.map(),
                              .arena = machine_.arena()},
                             random_device_);
  if (device != nullptr) return device;
  const Result<rng::CpuRandom> random = rng::CpuRandom::Create(machine_.cpu());
  return random ? &cpu_random_.emplace(*random) : nullptr;
}

Status UefiSystem::InstallProtocols() {
  rng::RandomSource* const random = FindRandomSource();
  if (random != nullptr) {
    const Status seeded = efi::InstallRandomSeed(
        environment_.tables(), environment_.pool(), *random);
    if (!seeded) log::Warning("no random seed: {}", seeded.error());
  }
  return protocols_
      .emplace(efi::StandardProtocolsParts{.handles = environment_.handles(),
                                           .pages = environment_.pages(),
                                           .pool = environment_.pool(),
                                           .events = environment_.events(),
                                           .map = machine_.map(),
                                           .clock = machine_.clock(),
                                           .random = random})
      .Install();
}

Status UefiSystem::InstallDisks() {
  for (const block::Disk& disk : machine_.disks()) {
    if (disk.device == nullptr) continue;
    const Status installed = InstallDisk(disk);
    if (!installed) {
      log::Warning("{}: {}", disk.name.view(), installed.error());
    }
  }
  return {};
}

Status UefiSystem::InstallDisk(const block::Disk& disk) {
  efi::FixedPathWriter<kMaxDiskPathBytes> path;
  TRY(efi::AppendAttachmentPath(
      machine_.pci_config(), machine_.pci_functions(), disk.attachment, *path));
  return volumes_.AddDisk(*disk.device, TRY(path->Finish()));
}

std::optional<efi::VariableChip> UefiSystem::FindVariableChip() {
  VariableFlash* const flash = machine_.variable_flash();
  if (flash == nullptr) return std::nullopt;
  const Result<efi::VariableChip> chip = flash->Prepare();
  if (!chip) {
    if (chip.error().code() != ErrorCode::kNotFound) {
      log::Warning("flash does not keep variables: {}", chip.error());
    }
    return std::nullopt;
  }
  const Status marked = machine_.map().Mark(chip->place.address,
                                            chip->place.geometry.size_bytes,
                                            memory::MemoryType::kRuntimeMmio);
  if (marked) return *chip;
  log::Warning("flash does not keep variables: {}", marked.error());
  return std::nullopt;
}

efi::VariableBackend& UefiSystem::ChooseVariableBackend() {
  const UefiVolume* const system_volume = volumes_.FindSystemVolume();
  if (system_volume == nullptr) return volatile_variables_;
  return esp_variables_.emplace(system_volume->files->files(), &wall_clock_);
}

efi::RuntimePower UefiSystem::FindPower() {
  if (!machine_.fadt()) return {};
  efi::RuntimePower power =
      efi::ToRuntimePower(*machine_.fadt(), machine_.FindSoftOff());
  for (efi::RuntimeRegister* const reg : {&power.reset,
                                          &power.pm1a_control,
                                          &power.pm1b_control,
                                          &power.sleep_control}) {
    const Status reachable = MakeReachable(*reg);
    if (reachable) continue;
    log::Warning("a power register is not used: {}", reachable.error());
    *reg = {};
  }
  return power;
}

Status UefiSystem::MakeReachable(const efi::RuntimeRegister& reg) {
  if (reg.space != efi::RuntimeSpace::kMemory) return {};
  // The widest of them. The program uses physical addresses at first.
  constexpr uint64_t kRegisterBytes = 2;
  if (reg.address >= machine_.page_tables().features().identity_limit()) {
    return Fail(ErrorCode::kOutOfRange, "register is beyond what is mapped");
  }
  TRY(machine_.windows().Map(reg.address, kRegisterBytes));
  return machine_.map().Mark(
      reg.address, kRegisterBytes, memory::MemoryType::kRuntimeMmio);
}

Status UefiSystem::StartRuntime() {
  const efi::ClockSources sources{
      .ports = machine_.ports(),
      .cpu = machine_.cpu(),
      .memory = machine_.memory(),
      .shared = kvm_wall_clock_,
      .counter_hz = machine_.clock().frequency().hz,
  };
  const std::optional<efi::VariableChip> chip = FindVariableChip();
  efi::VariableBackend* backend = &volatile_variables_;
  if (!chip) backend = &ChooseVariableBackend();
  efi::RuntimeLoader& runtime = runtime_.emplace(environment_, *backend);
  runtime.set_driver_source(&*programs_);
  runtime.set_reset_listener(&protocols_->reset_listener());
  const Status loaded = runtime.Load(
      efi::RuntimeImageBytes(),
      {.clock = efi::FindRuntimeClock(sources),
       .power = FindPower(),
       .globals = {.os_indications_supported = efi::kOsIndicationsSupported},
       .chip = chip,
       .variable_file = esp_variables_ ? efi::kRuntimeVariableFileName
                                       : std::string_view()});
  if (!loaded) {
    runtime_.reset();
    return loaded;
  }
  DefineConsole();
  return {};
}

void UefiSystem::DefineConsole() {
  const auto path =
      PathOf(environment_.handles(),
             environment_.tables().system_table()->ConsoleOutHandle);
  if (!path) return;
  const Status defined = efi::BootVariables(variables()).DefineConsole(*path);
  if (!defined) log::Warning("variables of the console: {}", defined.error());
}

void UefiSystem::HandOver::OnExitRequested() {
  system_.machine_.Note(Stage::kExitBegun);
}

void UefiSystem::HandOver::OnExitBootServices() {
  system_.watchdog_.Stop();
  system_.machine_.StopDisks();
  // It never writes but when it is asked, and nobody is left to ask.
  if (system_.random_device_) {
    static_cast<void>(system_.random_device_->Quiesce());
  }
  // What could not be lifted stays as it was: there is nobody left to tell.
  static_cast<void>(system_.protection_.Lift());
  Machine& machine = system_.machine_;
  machine.Note(Stage::kExitDone);
  if (!system_.performance_) return;
  system_.performance_->Record(
      {.reset_end_ns = machine.NsOf(Stage::kEntered),
       .load_begin_ns = machine.NsOf(Stage::kLoadBegun),
       .start_ns = machine.NsOf(Stage::kStarted),
       .exit_begin_ns = machine.NsOf(Stage::kExitBegun),
       .exit_end_ns = machine.NsOf(Stage::kExitDone)});
}

volume::Timestamp UefiSystem::RuntimeWallClock::Now() {
  abi::EFI_TIME time{};
  if (!system_.runtime_ || system_.runtime_->services().GetTime(
                               &time, nullptr) != abi::EFI_SUCCESS) {
    return {};
  }
  return {.year = time.Year,
          .month = time.Month,
          .day = time.Day,
          .hour = time.Hour,
          .minute = time.Minute,
          .second = time.Second,
          .nanosecond = time.Nanosecond};
}

}  // namespace flint::boot
