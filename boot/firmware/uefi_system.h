// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "boot/firmware/image_watchdog.h"
#include "boot/firmware/loaded_programs.h"
#include "boot/firmware/machine.h"
#include "boot/firmware/ram_protection.h"
#include "boot/firmware/uefi_volumes.h"
#include "drivers/block/disk_list.h"
#include "drivers/rng/cpu_random.h"
#include "drivers/rng/random_source.h"
#include "drivers/rng/virtio_random.h"
#include "drivers/rtc/kvm_wall_clock.h"
#include "efi/abi/status.h"
#include "efi/boot_performance/boot_performance.h"
#include "efi/environment/environment.h"
#include "efi/file_system/wall_clock.h"
#include "efi/image/image_gate.h"
#include "efi/image/image_loader.h"
#include "efi/runtime/loader.h"
#include "efi/standard_protocols/standard_protocols.h"
#include "efi/variables/esp_backend.h"
#include "efi/variables/variable_backend.h"
#include "efi/variables/variable_services.h"
#include "platforms/base/result.h"

namespace flint::boot {

/// The UEFI environment of this machine: services over its memory, its clock
/// and its console, and handles for its disks.
///
/// Made when the first UEFI image is to be started: most boots never need it.
/// Other objects point into it, so it stays where it is.
class UefiSystem final {
 public:
  explicit UefiSystem(Machine& machine);
  UefiSystem(const UefiSystem&) = delete;
  UefiSystem& operator=(const UefiSystem&) = delete;

  /// Brings it up; once, before anything else. From here on the disks are used
  /// through it alone. kNoMemory, or what the runtime program failed with; then
  /// no image can be started. A disk that cannot be served costs only itself.
  Status Start();

  efi::Environment& environment() { return environment_; }
  efi::ImageLoader& images() { return *images_; }
  const UefiVolumes& volumes() const { return volumes_; }
  ImageWatchdog& watchdog() { return watchdog_; }
  efi::VariableServices variables() { return runtime_->variables(); }

 private:
  /// The operating system takes over.
  class HandOver final : public efi::ExitObserver {
   public:
    explicit HandOver(UefiSystem& system) : system_(system) {}
    void OnExitRequested() override;
    void OnExitBootServices() override;

   private:
    UefiSystem& system_;
  };

  /// The time that the runtime services tell, for files.
  class RuntimeWallClock final : public efi::WallClock {
   public:
    explicit RuntimeWallClock(UefiSystem& system) : system_(system) {}
    volume::Timestamp Now() override;

   private:
    UefiSystem& system_;
  };

  Status InstallTables();
  void InstallDeviceTree();
  Status InstallDisks();
  Status InstallDisk(const block::Disk& disk);
  rng::RandomSource* FindRandomSource();
  Status InstallProtocols();
  /// The flash chip, if there is one that can keep variables.
  std::optional<efi::VariableChip> FindVariableChip();
  /// For a machine without.
  efi::VariableBackend& ChooseVariableBackend();
  efi::RuntimePower FindPower();
  /// Has the register mapped, and be mapped by operating systems.
  Status MakeReachable(const efi::RuntimeRegister& reg);
  Status StartRuntime();
  void DefineConsole();

  Machine& machine_;
  ImageWatchdog watchdog_{machine_};
  HandOver hand_over_{*this};
  RuntimeWallClock wall_clock_{*this};
  efi::Environment environment_;
  RamProtection protection_{machine_.map(), machine_.page_tables()};
  efi::OpenGate gate_;
  std::optional<efi::ImageLoader> images_;
  std::optional<LoadedPrograms> programs_;
  efi::NoVariableBackend volatile_variables_;
  std::optional<efi::EspVariableBackend> esp_variables_;
  /// Once it runs.
  std::optional<efi::RuntimeLoader> runtime_;
  alignas(rtc::kKvmWallClockSizeBytes)
      std::array<std::byte, rtc::kKvmWallClockSizeBytes> kvm_wall_clock_{};

  std::optional<rng::VirtioRandom> random_device_;
  std::optional<rng::CpuRandom> cpu_random_;
  std::optional<efi::StandardProtocols> protocols_;

  std::optional<efi::BootPerformance> performance_;

  UefiVolumes volumes_{environment_, wall_clock_};
};

}  // namespace flint::boot
