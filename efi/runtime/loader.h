// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "drivers/acpi/fadt.h"
#include "drivers/acpi/sleep_type.h"
#include "drivers/clock/clock.h"
#include "drivers/flash/find_chip.h"
#include "drivers/io/register_io.h"
#include "efi/abi/runtime_services.h"
#include "efi/environment/environment.h"
#include "efi/nv_store/nv_keeper.h"
#include "efi/runtime/handoff.h"
#include "efi/runtime/image_format.h"
#include "efi/runtime/memory_attributes.h"
#include "efi/runtime/reset_listener.h"
#include "efi/variables/variable_backend.h"
#include "efi/variables/variable_globals.h"
#include "efi/variables/variable_persistence.h"
#include "efi/variables/variable_services.h"
#include "platforms/base/result.h"

namespace flint::efi {

/// What ACPI says of ending the machine, in the hand-off's terms. `soft_off` is
/// missing if it does not tell how to enter S5.
RuntimePower ToRuntimePower(const acpi::Fadt& fadt,
                            const std::optional<acpi::SleepType>& soft_off);

/// The runtime drivers that images brought.
class RuntimeDriverSource {
 public:
  virtual ~RuntimeDriverSource() = default;

  /// The memory of one after the other, from index 0; empty after the last.
  /// They are in EfiRuntimeServicesCode, each in one piece.
  virtual MutableBytes DriverAt(size_t index) = 0;
};

/// A chip that variables are kept in, which `StartNvStore` has prepared. Mapped
/// at its address, and EFI_MEMORY_RUNTIME in the memory map.
struct VariableChip {
  flash::Chip place;
  io::RegisterIo& registers;
  /// For waits while boot services run.
  clock::Clock& clock;
};

/// What the machine is like, and how much it may keep.
struct RuntimeSettings {
  RuntimeClock clock;
  RuntimePower power;
  GlobalVariables globals;
  /// Then the backend is not used, and operating systems have nothing to write.
  std::optional<VariableChip> chip = std::nullopt;
  /// Name of the file in the root of the EFI system partition that the backend
  /// keeps the variables in, for the operating system to write when the
  /// firmware is gone. Empty if there is none.
  std::string_view variable_file;
  uint64_t nonvolatile_bytes = uint64_t{128} * 1024;
  uint64_t volatile_bytes = uint64_t{128} * 1024;
};

/// The firmware's side of the runtime program: puts it into memory, gives it
/// variables and a machine, and leaves it to the operating system.
class RuntimeLoader final : public ExitObserver {
 public:
  /// Both must outlive the object, which stays where it is.
  RuntimeLoader(Environment& environment, VariableBackend& backend)
      : environment_(environment), backend_(backend) {}
  RuntimeLoader(const RuntimeLoader&) = delete;
  RuntimeLoader& operator=(const RuntimeLoader&) = delete;

  /// Loads the program from `image` (`RuntimeImageBytes()`), reads the
  /// variables, defines the global ones, and installs the services and the
  /// tables that describe them. Becomes an exit observer of the environment. To
  /// be called once. kNoMemory if there is no room for any of it, and as
  /// `RuntimeImage::Parse`.
  Status Load(Bytes image, const RuntimeSettings& settings);

  /// The services, once loaded.
  abi::EFI_RUNTIME_SERVICES& services() { return data_->handoff.services; }

  /// The variables, for the firmware itself: what the services see and keep.
  VariableServices variables();

  /// At most one; null takes it away.
  void set_reset_listener(ResetListener* listener) {
    reset_listener_ = listener;
  }

  /// At most one; null takes it away. Asked when boot services end.
  void set_driver_source(RuntimeDriverSource* source) { drivers_ = source; }

  /// Everything the program needs later is written down: listeners, runtime
  /// pages, the memory attributes table. The firmware is not called any more.
  void OnExitBootServices() override;

 private:
  static constexpr size_t kMaxKnownPages = 128;

  /// What is in the pages of EfiRuntimeServicesData before the variables.
  struct Data {
    RuntimeHandoff handoff;
    abi::EFI_RT_PROPERTIES_TABLE properties;
  };

  Status Allocate(const RuntimeImage& image, const RuntimeSettings& settings);
  Status Start(const RuntimeImage& image);
  void Protect(const RuntimeImage& image);
  void StartVariables(const RuntimeSettings& settings);
  Status StartFlash(const VariableChip& chip);
  void RestoreZone();
  void CountReset();
  Status InstallTables();
  void RecordListeners();
  void RecordDrivers();
  void RecordKnownPages(MutableBytes image);
  void RecordMemory();

  Environment& environment_;
  VariableBackend& backend_;
  ResetListener* reset_listener_ = nullptr;
  RuntimeDriverSource* drivers_ = nullptr;
  Data* data_ = nullptr;
  MutableBytes code_;
  MutableBytes data_pages_;
  MutableBytes attributes_table_;
  MutableBytes map_buffer_;
  MutableBytes saved_;
  /// One of the two keeps the variables.
  std::optional<VariablePersistence> persistence_;
  std::optional<NvKeeper> keeper_;
  std::array<ProtectedPages, kMaxKnownPages> known_{};
  size_t known_count_ = 0;
};

}  // namespace flint::efi
