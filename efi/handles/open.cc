// SPDX-License-Identifier: Apache-2.0
#include "efi/handles/handle_database.h"
#include "efi/memory/pool_array.h"

namespace flint::efi {
namespace {

using abi::EFI_OPEN_PROTOCOL_BY_CHILD_CONTROLLER;
using abi::EFI_OPEN_PROTOCOL_BY_DRIVER;
using abi::EFI_OPEN_PROTOCOL_BY_HANDLE_PROTOCOL;
using abi::EFI_OPEN_PROTOCOL_EXCLUSIVE;
using abi::EFI_OPEN_PROTOCOL_GET_PROTOCOL;
using abi::EFI_OPEN_PROTOCOL_TEST_PROTOCOL;

constexpr abi::UINT32 kDriverExclusive =
    EFI_OPEN_PROTOCOL_BY_DRIVER | EFI_OPEN_PROTOCOL_EXCLUSIVE;

/// Who has an interface open in a way that excludes others.
struct Holders {
  bool driver = false;
  bool exclusive = false;
  /// The agent itself, with the same attributes.
  bool same = false;
};

Holders HoldersOf(const Interface& interface,
                  abi::EFI_HANDLE agent,
                  abi::UINT32 attributes) {
  Holders holders;
  for (const OpenRecord* open = interface.opens.front(); open != nullptr;
       open = interface.opens.Next(*open)) {
    const bool driver = (open->attributes & EFI_OPEN_PROTOCOL_BY_DRIVER) != 0;
    holders.driver |= driver;
    holders.exclusive |= (open->attributes & EFI_OPEN_PROTOCOL_EXCLUSIVE) != 0;
    holders.same |=
        driver && open->agent == agent && open->attributes == attributes;
  }
  return holders;
}

}  // namespace

abi::EFI_STATUS HandleDatabase::HandleProtocol(abi::EFI_HANDLE handle,
                                               const abi::EFI_GUID* protocol,
                                               abi::VOID** interface) {
  return OpenProtocol(handle,
                      protocol,
                      interface,
                      firmware_image_,
                      nullptr,
                      EFI_OPEN_PROTOCOL_BY_HANDLE_PROTOCOL);
}

// Judges the parameters alone. [uefi-2.10 7.3.9]
abi::EFI_STATUS HandleDatabase::CheckOpen(abi::EFI_HANDLE handle,
                                          abi::EFI_HANDLE agent,
                                          abi::EFI_HANDLE controller,
                                          abi::UINT32 attributes) {
  bool valid = IsHandle(handle);
  switch (attributes) {
    case EFI_OPEN_PROTOCOL_BY_HANDLE_PROTOCOL:
    case EFI_OPEN_PROTOCOL_GET_PROTOCOL:
    case EFI_OPEN_PROTOCOL_TEST_PROTOCOL:
      break;
    case EFI_OPEN_PROTOCOL_BY_CHILD_CONTROLLER:
      valid &= IsHandle(agent) && IsHandle(controller) && handle != controller;
      break;
    case EFI_OPEN_PROTOCOL_BY_DRIVER:
    case kDriverExclusive:
      valid &= IsHandle(agent) && IsHandle(controller);
      break;
    case EFI_OPEN_PROTOCOL_EXCLUSIVE:
      valid &= IsHandle(agent);
      break;
    default:
      valid = false;
  }
  return valid ? abi::EFI_SUCCESS : abi::EFI_INVALID_PARAMETER;
}

abi::EFI_STATUS HandleDatabase::OpenProtocol(abi::EFI_HANDLE handle,
                                             const abi::EFI_GUID* protocol,
                                             abi::VOID** interface,
                                             abi::EFI_HANDLE agent,
                                             abi::EFI_HANDLE controller,
                                             abi::UINT32 attributes) {
  const bool wants_pointer = attributes != EFI_OPEN_PROTOCOL_TEST_PROTOCOL;
  if (protocol == nullptr || (wants_pointer && interface == nullptr)) {
    return abi::EFI_INVALID_PARAMETER;
  }
  const abi::EFI_GUID guid = *protocol;
  abi::EFI_STATUS status = CheckOpen(handle, agent, controller, attributes);
  if (abi::EFI_ERROR(status)) return status;
  const auto unsupported = [&] {
    if (wants_pointer) *interface = nullptr;
    return abi::EFI_UNSUPPORTED;
  };
  Interface* found = Find(handle, guid);
  if (found == nullptr) return unsupported();

  const Holders holders = HoldersOf(*found, agent, attributes);
  if (holders.same) {
    *interface = found->pointer;
    return abi::EFI_ALREADY_STARTED;
  }
  const bool excludes = (attributes & EFI_OPEN_PROTOCOL_EXCLUSIVE) != 0;
  if ((excludes && holders.exclusive) ||
      (attributes == EFI_OPEN_PROTOCOL_BY_DRIVER &&
       (holders.driver || holders.exclusive))) {
    return abi::EFI_ACCESS_DENIED;
  }
  if (excludes && holders.driver) {
    if (!StopDrivers(handle, guid)) return abi::EFI_ACCESS_DENIED;
    // Drivers ran, and may have done anything.
    if (abi::EFI_ERROR(CheckOpen(handle, agent, controller, attributes))) {
      return abi::EFI_INVALID_PARAMETER;
    }
    found = Find(handle, guid);
    if (found == nullptr) return unsupported();
  }
  if (agent != nullptr) {
    status = Record(*found, agent, controller, attributes);
    if (abi::EFI_ERROR(status)) return status;
  }
  if (wants_pointer) *interface = found->pointer;
  return abi::EFI_SUCCESS;
}

abi::EFI_STATUS HandleDatabase::Record(Interface& interface,
                                       abi::EFI_HANDLE agent,
                                       abi::EFI_HANDLE controller,
                                       abi::UINT32 attributes) {
  for (OpenRecord* open = interface.opens.front(); open != nullptr;
       open = interface.opens.Next(*open)) {
    if (open->agent == agent && open->controller == controller &&
        open->attributes == attributes) {
      ++open->count;
      return abi::EFI_SUCCESS;
    }
  }
  const TplGuard guard(events_, abi::TPL_NOTIFY);
  OpenRecord* const open = opens_.New();
  if (open == nullptr) return abi::EFI_OUT_OF_RESOURCES;
  open->agent = agent;
  open->controller = controller;
  open->attributes = attributes;
  interface.opens.push_back(*open);
  return abi::EFI_SUCCESS;
}

void HandleDatabase::Forget(OpenRecord& open) {
  IntrusiveList<OpenRecord>::Remove(open);
  opens_.Delete(open);
}

abi::EFI_STATUS HandleDatabase::CloseProtocol(abi::EFI_HANDLE handle,
                                              const abi::EFI_GUID* protocol,
                                              abi::EFI_HANDLE agent,
                                              abi::EFI_HANDLE controller) {
  if (protocol == nullptr || !IsHandle(handle) || !IsHandle(agent) ||
      (controller != nullptr && !IsHandle(controller))) {
    return abi::EFI_INVALID_PARAMETER;
  }
  Interface* const interface = Find(handle, *protocol);
  if (interface == nullptr) return abi::EFI_NOT_FOUND;
  abi::EFI_STATUS status = abi::EFI_NOT_FOUND;
  OpenRecord* open = interface->opens.front();
  while (open != nullptr) {
    OpenRecord* const next = interface->opens.Next(*open);
    if (open->agent == agent && open->controller == controller) {
      Forget(*open);
      status = abi::EFI_SUCCESS;
    }
    open = next;
  }
  return status;
}

abi::EFI_STATUS HandleDatabase::OpenProtocolInformation(
    abi::EFI_HANDLE handle,
    const abi::EFI_GUID* protocol,
    abi::EFI_OPEN_PROTOCOL_INFORMATION_ENTRY** entry_buffer,
    abi::UINTN* entry_count) {
  if (protocol == nullptr || entry_buffer == nullptr ||
      entry_count == nullptr) {
    return abi::EFI_INVALID_PARAMETER;
  }
  const TplGuard guard(events_, abi::TPL_NOTIFY);
  const Interface* const interface = Find(handle, *protocol);
  if (interface == nullptr) return abi::EFI_NOT_FOUND;
  size_t count = 0;
  for (const OpenRecord* open = interface->opens.front(); open != nullptr;
       open = interface->opens.Next(*open)) {
    ++count;
  }
  PoolArray<abi::EFI_OPEN_PROTOCOL_INFORMATION_ENTRY> entries(pool_, count);
  if (!entries.valid()) return abi::EFI_OUT_OF_RESOURCES;
  for (const OpenRecord* open = interface->opens.front(); open != nullptr;
       open = interface->opens.Next(*open)) {
    entries.Append({.AgentHandle = open->agent,
                    .ControllerHandle = open->controller,
                    .Attributes = open->attributes,
                    .OpenCount = open->count});
  }
  *entry_buffer = entries.Release();
  *entry_count = count;
  return abi::EFI_SUCCESS;
}

void HandleDatabase::CloseAllOpenedBy(abi::EFI_HANDLE agent) {
  for (Handle* handle = all_handles_.front(); handle != nullptr;
       handle = all_handles_.Next(*handle)) {
    for (Interface* interface = handle->interfaces.front();
         interface != nullptr;
         interface = handle->interfaces.Next(*interface)) {
      OpenRecord* open = interface->opens.front();
      while (open != nullptr) {
        OpenRecord* const next = interface->opens.Next(*open);
        if (open->agent == agent) Forget(*open);
        open = next;
      }
    }
  }
}

}  // namespace flint::efi
