// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "boot/memory/memory_map.h"
#include "drivers/clock/clock.h"
#include "efi/abi/status.h"
#include "efi/containers/intrusive_list.h"
#include "efi/environment/image_services.h"
#include "efi/events/event_services.h"
#include "efi/events/watchdog.h"
#include "efi/handles/controller_services.h"
#include "efi/handles/handle_database.h"
#include "efi/memory/page_services.h"
#include "efi/memory/pool_services.h"
#include "efi/tables/miscellaneous_services.h"
#include "efi/tables/system_tables.h"
#include "platforms/base/guest_memory.h"
#include "platforms/base/result.h"

namespace flint::efi {

/// What has to be done when an image takes over the machine: devices reset,
/// runtime services told.
class ExitObserver : public ListNode<ExitObserver> {
 public:
  virtual ~ExitObserver() = default;

  /// ExitBootServices was called. It may yet refuse, and be called again.
  virtual void OnExitRequested() {}

  /// All notifications of ExitBootServices have run. The memory map is final:
  /// nothing may be allocated or freed.
  virtual void OnExitBootServices() = 0;
};

/// What the UEFI environment is made of.
struct EnvironmentParts {
  memory::MemoryMap& map;
  GuestMemory& memory;
  clock::Clock& clock;
  WatchdogAction& watchdog_action;
  uint32_t firmware_revision = 0;
};

/// The UEFI environment: owns every service, and stands behind the functions
/// of the boot services table.
///
/// Those functions have no argument that says whose they are, so there is one
/// environment at a time, which they find in `current()`. Everything else gets
/// the services it needs by reference.
class Environment final : private MemoryMapObserver {
 public:
  /// Nothing is allocated yet. Becomes the current environment.
  explicit Environment(const EnvironmentParts& parts);
  ~Environment() override;
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

  /// The one that exists; a bug if none does.
  static Environment& current();

  /// Makes the tables. kNoMemory if there is no room. To be called once, before
  /// anything else.
  Status Start();

  PageServices& pages() { return pages_; }
  PoolServices& pool() { return pool_; }
  EventServices& events() { return events_; }
  Watchdog& watchdog() { return watchdog_; }
  HandleDatabase& handles() { return handles_; }
  ControllerServices& controllers() { return controllers_; }
  SystemTables& tables() { return tables_; }
  MiscellaneousServices& miscellaneous() { return miscellaneous_; }

  /// Null until someone brings them; then LoadImage and its kin fail with
  /// EFI_UNSUPPORTED.
  ImageServices* images() { return images_; }
  void set_images(ImageServices* images) { images_ = images; }

  /// Observers are told in the order in which they were added.
  void AddExitObserver(ExitObserver& observer) {
    exit_observers_.push_back(observer);
  }

  abi::EFI_STATUS SetWatchdogTimer(abi::UINTN timeout,
                                   abi::UINT64 watchdog_code,
                                   abi::UINTN data_size,
                                   abi::CHAR16* watchdog_data);

  /// [uefi-2.10 7.4.6]
  abi::EFI_STATUS ExitBootServices(abi::EFI_HANDLE image, abi::UINTN map_key);

  /// True once ExitBootServices has succeeded.
  bool has_exited() const { return has_exited_; }

 private:
  void OnMemoryMapChanged() override;

  uint32_t firmware_revision_;
  PageServices pages_;
  PoolServices pool_;
  Watchdog watchdog_;
  EventServices events_;
  HandleDatabase handles_;
  ControllerServices controllers_;
  SystemTables tables_;
  MiscellaneousServices miscellaneous_;
  ImageServices* images_ = nullptr;
  IntrusiveList<ExitObserver> exit_observers_;
  bool has_announced_exit_ = false;
  bool has_exited_ = false;
};

}  // namespace flint::efi
