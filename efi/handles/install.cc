// SPDX-License-Identifier: Apache-2.0
#include "efi/handles/device_path_prefix.h"
#include "efi/handles/handle_database.h"

namespace flint::efi {
namespace {

constexpr abi::UINT32 kReleasable = abi::EFI_OPEN_PROTOCOL_BY_HANDLE_PROTOCOL |
                                    abi::EFI_OPEN_PROTOCOL_GET_PROTOCOL |
                                    abi::EFI_OPEN_PROTOCOL_TEST_PROTOCOL;

}  // namespace

abi::EFI_STATUS HandleDatabase::InstallProtocolInterface(
    abi::EFI_HANDLE* handle,
    const abi::EFI_GUID* protocol,
    abi::EFI_INTERFACE_TYPE type,
    abi::VOID* interface) {
  if (handle == nullptr || protocol == nullptr ||
      type != abi::EFI_NATIVE_INTERFACE) {
    return abi::EFI_INVALID_PARAMETER;
  }
  return Install(handle, *protocol, interface);
}

abi::EFI_STATUS HandleDatabase::Install(abi::EFI_HANDLE* handle,
                                        const abi::EFI_GUID& guid,
                                        abi::VOID* pointer) {
  const TplGuard guard(events_, abi::TPL_NOTIFY);
  Handle* owner = nullptr;
  if (*handle != nullptr) {
    owner = handles_.Find(*handle);
    if (owner == nullptr || Find(*owner, guid) != nullptr) {
      return abi::EFI_INVALID_PARAMETER;
    }
  }
  Protocol* const protocol = FindOrAddProtocol(guid);
  if (protocol == nullptr) return abi::EFI_OUT_OF_RESOURCES;
  const bool is_new = owner == nullptr;
  if (is_new) owner = handles_.New();
  if (owner == nullptr) return abi::EFI_OUT_OF_RESOURCES;
  Interface* const interface = interfaces_.New(*owner, *protocol, pointer);
  if (interface == nullptr) {
    if (is_new) handles_.Delete(*owner);
    return abi::EFI_OUT_OF_RESOURCES;
  }
  if (is_new) all_handles_.push_back(*owner);
  owner->interfaces.push_back(*interface);
  *handle = owner;
  Announce(*interface);
  return abi::EFI_SUCCESS;
}

// Makes an interface the newest of its protocol, and tells who waits for one.
void HandleDatabase::Announce(Interface& interface) {
  interface.handle->last_change = ++change_count_;
  Protocol& protocol = *interface.protocol;
  protocol.interfaces.push_back(interface);
  for (const Registration* registration = protocol.registrations.front();
       registration != nullptr;
       registration = protocol.registrations.Next(*registration)) {
    static_cast<void>(events_.SignalEvent(registration->event));
  }
}

// Takes an interface out of its protocol's list.
void HandleDatabase::Withdraw(Interface& interface) {
  Protocol& protocol = *interface.protocol;
  for (Registration* registration = protocol.registrations.front();
       registration != nullptr;
       registration = protocol.registrations.Next(*registration)) {
    if (registration->position == &interface) {
      registration->position = protocol.interfaces.Previous(interface);
    }
  }
  IntrusiveList<Interface, OfProtocol>::Remove(interface);
}

abi::EFI_STATUS HandleDatabase::UninstallProtocolInterface(
    abi::EFI_HANDLE handle, const abi::EFI_GUID* protocol, abi::VOID* pointer) {
  if (protocol == nullptr || !IsHandle(handle)) {
    return abi::EFI_INVALID_PARAMETER;
  }
  const abi::EFI_GUID guid = *protocol;
  const Interface* found = Find(handle, guid);
  if (found == nullptr || found->pointer != pointer) return abi::EFI_NOT_FOUND;
  if (!ReleaseUsers(handle, guid)) return abi::EFI_ACCESS_DENIED;
  // Drivers ran, and may have done anything.
  const TplGuard guard(events_, abi::TPL_NOTIFY);
  Interface* const interface = Find(handle, guid);
  if (interface == nullptr || interface->pointer != pointer) {
    return abi::EFI_NOT_FOUND;
  }
  Handle& owner = *interface->handle;
  Withdraw(*interface);
  IntrusiveList<Interface, OnHandle>::Remove(*interface);
  interfaces_.Delete(*interface);
  owner.last_change = ++change_count_;
  if (owner.interfaces.empty()) {
    IntrusiveList<Handle>::Remove(owner);
    handles_.Delete(owner);
  }
  return abi::EFI_SUCCESS;
}

abi::EFI_STATUS HandleDatabase::ReinstallProtocolInterface(
    abi::EFI_HANDLE handle,
    const abi::EFI_GUID* protocol,
    abi::VOID* old_interface,
    abi::VOID* new_interface) {
  if (protocol == nullptr || !IsHandle(handle)) {
    return abi::EFI_INVALID_PARAMETER;
  }
  const abi::EFI_GUID guid = *protocol;
  const Interface* found = Find(handle, guid);
  if (found == nullptr || found->pointer != old_interface) {
    return abi::EFI_NOT_FOUND;
  }
  if (!ReleaseUsers(handle, guid)) return abi::EFI_ACCESS_DENIED;
  {
    const TplGuard guard(events_, abi::TPL_NOTIFY);
    Interface* const interface = Find(handle, guid);
    if (interface == nullptr || interface->pointer != old_interface) {
      return abi::EFI_NOT_FOUND;
    }
    Withdraw(*interface);
    interface->pointer = new_interface;
    Announce(*interface);
  }
  if (connector_ != nullptr) {
    static_cast<void>(
        connector_->ConnectController(handle, nullptr, nullptr, abi::TRUE));
  }
  return abi::EFI_SUCCESS;
}

void HandleDatabase::ConnectChangedSince(uint64_t change_count) {
  if (connector_ == nullptr) return;
  const uint64_t end = change_count_;
  // Looked up each time: drivers may do anything to the list.
  for (;;) {
    Handle* next = nullptr;
    for (Handle* handle = all_handles_.front(); handle != nullptr;
         handle = all_handles_.Next(*handle)) {
      if (handle->last_change > change_count && handle->last_change <= end &&
          (next == nullptr || handle->last_change < next->last_change)) {
        next = handle;
      }
    }
    if (next == nullptr) return;
    change_count = next->last_change;
    static_cast<void>(
        connector_->ConnectController(next, nullptr, nullptr, abi::TRUE));
  }
}

// Disconnects every driver that manages the protocol. False if one stays.
bool HandleDatabase::StopDrivers(abi::EFI_HANDLE handle,
                                 const abi::EFI_GUID& protocol) {
  abi::EFI_HANDLE previous = nullptr;
  for (;;) {
    const Interface* const interface = Find(handle, protocol);
    if (interface == nullptr) return true;
    const OpenRecord* open = interface->opens.front();
    while (open != nullptr &&
           (open->attributes & abi::EFI_OPEN_PROTOCOL_BY_DRIVER) == 0) {
      open = interface->opens.Next(*open);
    }
    if (open == nullptr) return true;
    // A driver that says it stopped, but did not close, is still there.
    if (open->agent == previous || connector_ == nullptr) return false;
    previous = open->agent;
    if (abi::EFI_ERROR(
            connector_->DisconnectController(handle, previous, nullptr))) {
      return false;
    }
  }
}

// Ends every use of a protocol that is to go away. False if some use cannot be
// ended; then drivers that were stopped are started again.
bool HandleDatabase::ReleaseUsers(abi::EFI_HANDLE handle,
                                  const abi::EFI_GUID& protocol) {
  const auto has_use = [&](auto matches) {
    const Interface* const interface = Find(handle, protocol);
    if (interface == nullptr) return false;
    const OpenRecord* open = interface->opens.front();
    while (open != nullptr && !matches(open->attributes)) {
      open = interface->opens.Next(*open);
    }
    return open != nullptr;
  };
  const bool had_drivers = has_use([](abi::UINT32 attributes) {
    return (attributes & abi::EFI_OPEN_PROTOCOL_BY_DRIVER) != 0;
  });
  const bool stopped = StopDrivers(handle, protocol);
  if (!stopped || has_use([](abi::UINT32 attributes) {
        return (attributes & kReleasable) == 0;
      })) {
    if (had_drivers && connector_ != nullptr) {
      static_cast<void>(
          connector_->ConnectController(handle, nullptr, nullptr, abi::TRUE));
    }
    return false;
  }
  if (Interface* const interface = Find(handle, protocol)) {
    while (OpenRecord* const open = interface->opens.front()) {
      Forget(*open);
    }
  }
  return true;
}

bool HandleDatabase::IsKnownDevicePath(const ProtocolList::Item& item) {
  if (*item.protocol != abi::EFI_DEVICE_PATH_PROTOCOL_GUID) return false;
  auto* path = static_cast<abi::EFI_DEVICE_PATH_PROTOCOL*>(item.interface);
  if (path == nullptr) return false;
  abi::EFI_HANDLE device = nullptr;
  const abi::EFI_STATUS status =
      LocateDevicePath(&abi::EFI_DEVICE_PATH_PROTOCOL_GUID, &path, &device);
  return !abi::EFI_ERROR(status) && IsEndOfPath(*path);
}

abi::EFI_STATUS HandleDatabase::InstallMultipleProtocolInterfaces(
    abi::EFI_HANDLE* handle, ProtocolList& list) {
  if (handle == nullptr) return abi::EFI_INVALID_PARAMETER;
  // Who is notified of one finds all of them.
  const TplGuard guard(events_, abi::TPL_NOTIFY);
  while (const auto item = list.Next()) {
    if (IsKnownDevicePath(*item)) return abi::EFI_ALREADY_STARTED;
  }
  list.Rewind();
  const abi::EFI_HANDLE original = *handle;
  abi::EFI_STATUS status = abi::EFI_SUCCESS;
  size_t installed = 0;
  while (const auto item = list.Next()) {
    status = Install(handle, *item->protocol, item->interface);
    if (abi::EFI_ERROR(status)) break;
    ++installed;
  }
  if (!abi::EFI_ERROR(status)) return abi::EFI_SUCCESS;
  list.Rewind();
  for (; installed > 0; --installed) {
    const auto item = list.Next();
    static_cast<void>(
        UninstallProtocolInterface(*handle, item->protocol, item->interface));
  }
  *handle = original;
  return status;
}

abi::EFI_STATUS HandleDatabase::UninstallMultipleProtocolInterfaces(
    abi::EFI_HANDLE handle, ProtocolList& list) {
  // What cannot succeed is not begun: with its last protocol a handle is gone,
  // and could not be restored.
  while (const auto item = list.Next()) {
    const Interface* const interface = Find(handle, *item->protocol);
    if (interface == nullptr || interface->pointer != item->interface) {
      return abi::EFI_INVALID_PARAMETER;
    }
  }
  list.Rewind();
  abi::EFI_STATUS status = abi::EFI_SUCCESS;
  size_t removed = 0;
  while (const auto item = list.Next()) {
    status =
        UninstallProtocolInterface(handle, item->protocol, item->interface);
    if (abi::EFI_ERROR(status)) break;
    ++removed;
  }
  if (!abi::EFI_ERROR(status)) return abi::EFI_SUCCESS;
  list.Rewind();
  for (; removed > 0; --removed) {
    const auto item = list.Next();
    static_cast<void>(Install(&handle, *item->protocol, item->interface));
  }
  return abi::EFI_INVALID_PARAMETER;
}

}  // namespace flint::efi
