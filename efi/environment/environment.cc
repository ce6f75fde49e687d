// SPDX-License-Identifier: Apache-2.0
#include "efi/environment/environment.h"

#include "efi/environment/boot_services.h"
#include "platforms/base/check.h"

namespace flint::efi {
namespace {

// The boot services have no context argument; see Environment.
constinit Environment* current_environment = nullptr;

}  // namespace

Environment::Environment(const EnvironmentParts& parts)
    : firmware_revision_(parts.firmware_revision),
      pages_(parts.map, parts.memory),
      pool_(pages_),
      watchdog_(parts.clock, parts.watchdog_action),
      events_(pages_, parts.clock, watchdog_),
      handles_(pages_, pool_, events_),
      controllers_(handles_, pool_),
      tables_(pool_, events_) {
  FLINT_CHECK(current_environment == nullptr, "two UEFI environments");
  current_environment = this;
  pages_.set_observer(this);
}

Environment::~Environment() {
  pages_.set_observer(nullptr);
  current_environment = nullptr;
}

Environment& Environment::current() {
  FLINT_CHECK(current_environment != nullptr, "no UEFI environment");
  return *current_environment;
}

Status Environment::Start() {
  return tables_.Create(BootServicesFunctions(), firmware_revision_);
}

void Environment::OnMemoryMapChanged() {
  events_.SignalGroup(abi::EFI_EVENT_GROUP_MEMORY_MAP_CHANGE);
}

abi::EFI_STATUS Environment::SetWatchdogTimer(abi::UINTN timeout,
                                              abi::UINT64 watchdog_code,
                                              abi::UINTN data_size,
                                              abi::CHAR16* watchdog_data) {
  watchdog_.Set(timeout, watchdog_code, watchdog_data, data_size);
  return abi::EFI_SUCCESS;
}

abi::EFI_STATUS Environment::ExitBootServices(abi::EFI_HANDLE,
                                              abi::UINTN map_key) {
  if (has_exited_) return abi::EFI_INVALID_PARAMETER;
  for (ExitObserver* observer = exit_observers_.front(); observer != nullptr;
       observer = exit_observers_.Next(*observer)) {
    observer->OnExitRequested();
  }
  // The last chance to use boot services is given once, and may change the
  // memory map: then the caller has to get it again.
  if (!has_announced_exit_) {
    has_announced_exit_ = true;
    events_.SignalGroup(abi::EFI_EVENT_GROUP_BEFORE_EXIT_BOOT_SERVICES);
  }
  if (map_key != pages_.map_key()) return abi::EFI_INVALID_PARAMETER;
  has_exited_ = true;
  watchdog_.Disarm();
  events_.CancelAllTimers();
  events_.SignalGroup(abi::EFI_EVENT_GROUP_EXIT_BOOT_SERVICES);
  // Whatever level the caller is at, this is when they have to run.
  events_.RestoreTPL(abi::TPL_APPLICATION);
  for (ExitObserver* observer = exit_observers_.front(); observer != nullptr;
       observer = exit_observers_.Next(*observer)) {
    observer->OnExitBootServices();
  }
  tables_.RemoveBootServices();
  return abi::EFI_SUCCESS;
}

}  // namespace flint::efi
