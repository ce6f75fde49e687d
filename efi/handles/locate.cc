// SPDX-License-Identifier: Apache-2.0
#include "efi/handles/device_path_prefix.h"
#include "efi/handles/handle_database.h"
#include "efi/memory/pool_array.h"

namespace flint::efi {

abi::EFI_STATUS HandleDatabase::ProtocolsPerHandle(
    abi::EFI_HANDLE handle,
    abi::EFI_GUID*** protocol_buffer,
    abi::UINTN* protocol_buffer_count) {
  const TplGuard guard(events_, abi::TPL_NOTIFY);
  const Handle* const found = handles_.Find(handle);
  if (found == nullptr || protocol_buffer == nullptr ||
      protocol_buffer_count == nullptr) {
    return abi::EFI_INVALID_PARAMETER;
  }
  size_t count = 0;
  for (const Interface* interface = found->interfaces.front();
       interface != nullptr;
       interface = found->interfaces.Next(*interface)) {
    ++count;
  }
  PoolArray<abi::EFI_GUID*> guids(pool_, count);
  if (!guids.valid()) return abi::EFI_OUT_OF_RESOURCES;
  for (const Interface* interface = found->interfaces.front();
       interface != nullptr;
       interface = found->interfaces.Next(*interface)) {
    guids.Append(&interface->protocol->guid);
  }
  *protocol_buffer = guids.Release();
  *protocol_buffer_count = count;
  return abi::EFI_SUCCESS;
}

abi::EFI_STATUS HandleDatabase::RegisterProtocolNotify(
    const abi::EFI_GUID* protocol,
    abi::EFI_EVENT event,
    abi::VOID** registration) {
  if (protocol == nullptr || !events_.IsEvent(event) ||
      registration == nullptr) {
    return abi::EFI_INVALID_PARAMETER;
  }
  const TplGuard guard(events_, abi::TPL_NOTIFY);
  Protocol* const waited_for = FindOrAddProtocol(*protocol);
  if (waited_for == nullptr) return abi::EFI_OUT_OF_RESOURCES;
  Registration* const added = registrations_.New();
  if (added == nullptr) return abi::EFI_OUT_OF_RESOURCES;
  added->protocol = waited_for;
  added->event = event;
  added->position = waited_for->interfaces.back();
  waited_for->registrations.push_back(*added);
  all_registrations_.push_back(*added);
  events_.Observe(event);
  *registration = added;
  return abi::EFI_SUCCESS;
}

Interface* HandleDatabase::NextNew(const Registration& registration) {
  const auto& interfaces = registration.protocol->interfaces;
  return registration.position == nullptr
             ? interfaces.front()
             : interfaces.Next(*registration.position);
}

abi::EFI_STATUS HandleDatabase::CheckSearch(
    abi::EFI_LOCATE_SEARCH_TYPE search_type,
    const abi::EFI_GUID* protocol,
    abi::VOID* search_key) {
  bool valid = false;
  switch (search_type) {
    case abi::AllHandles:
      valid = true;
      break;
    case abi::ByRegisterNotify:
      valid = registrations_.Find(search_key) != nullptr;
      break;
    case abi::ByProtocol:
      valid = protocol != nullptr;
      break;
  }
  return valid ? abi::EFI_SUCCESS : abi::EFI_INVALID_PARAMETER;
}

// Calls `visit(Handle&)` for every handle the search finds.
template <typename Visitor>
void HandleDatabase::ForEachMatch(abi::EFI_LOCATE_SEARCH_TYPE search_type,
                                  const abi::EFI_GUID* protocol,
                                  abi::VOID* search_key,
                                  Visitor visit) {
  if (search_type == abi::AllHandles) {
    for (Handle* handle = all_handles_.front(); handle != nullptr;
         handle = all_handles_.Next(*handle)) {
      visit(*handle);
    }
  } else if (search_type == abi::ByRegisterNotify) {
    // One at a time. [uefi-2.10 7.3.6]
    if (const Interface* next = NextNew(*registrations_.Find(search_key))) {
      visit(*next->handle);
    }
  } else if (const Protocol* const found = FindProtocol(*protocol)) {
    for (const Interface* interface = found->interfaces.front();
         interface != nullptr;
         interface = found->interfaces.Next(*interface)) {
      visit(*interface->handle);
    }
  }
}

size_t HandleDatabase::CountMatches(abi::EFI_LOCATE_SEARCH_TYPE search_type,
                                    const abi::EFI_GUID* protocol,
                                    abi::VOID* search_key) {
  size_t count = 0;
  ForEachMatch(search_type, protocol, search_key, [&](Handle&) { ++count; });
  return count;
}

// Hands the matches out, after which they are new no more.
void HandleDatabase::CopyMatches(abi::EFI_LOCATE_SEARCH_TYPE search_type,
                                 const abi::EFI_GUID* protocol,
                                 abi::VOID* search_key,
                                 abi::EFI_HANDLE* buffer) {
  ForEachMatch(search_type, protocol, search_key, [&](Handle& handle) {
    *buffer++ = &handle;
  });
  if (search_type == abi::ByRegisterNotify) {
    Registration& registration = *registrations_.Find(search_key);
    registration.position = NextNew(registration);
  }
}

abi::EFI_STATUS HandleDatabase::LocateHandle(
    abi::EFI_LOCATE_SEARCH_TYPE search_type,
    const abi::EFI_GUID* protocol,
    abi::VOID* search_key,
    abi::UINTN* buffer_size,
    abi::EFI_HANDLE* buffer) {
  const abi::EFI_STATUS status = CheckSearch(search_type, protocol, search_key);
  if (abi::EFI_ERROR(status)) return status;
  if (buffer_size == nullptr) return abi::EFI_INVALID_PARAMETER;
  const size_t count = CountMatches(search_type, protocol, search_key);
  if (count == 0) return abi::EFI_NOT_FOUND;
  const size_t size = count * sizeof(abi::EFI_HANDLE);
  if (*buffer_size < size) {
    *buffer_size = size;
    return abi::EFI_BUFFER_TOO_SMALL;
  }
  if (buffer == nullptr) return abi::EFI_INVALID_PARAMETER;
  *buffer_size = size;
  CopyMatches(search_type, protocol, search_key, buffer);
  return abi::EFI_SUCCESS;
}

abi::EFI_STATUS HandleDatabase::LocateHandleBuffer(
    abi::EFI_LOCATE_SEARCH_TYPE search_type,
    const abi::EFI_GUID* protocol,
    abi::VOID* search_key,
    abi::UINTN* handle_count,
    abi::EFI_HANDLE** buffer) {
  if (handle_count == nullptr || buffer == nullptr) {
    return abi::EFI_INVALID_PARAMETER;
  }
  *handle_count = 0;
  *buffer = nullptr;
  const abi::EFI_STATUS status = CheckSearch(search_type, protocol, search_key);
  if (abi::EFI_ERROR(status)) return status;
  const TplGuard guard(events_, abi::TPL_NOTIFY);
  const size_t count = CountMatches(search_type, protocol, search_key);
  if (count == 0) return abi::EFI_NOT_FOUND;
  PoolArray<abi::EFI_HANDLE> found(pool_, count);
  if (!found.valid()) return abi::EFI_OUT_OF_RESOURCES;
  *handle_count = count;
  *buffer = found.Release();
  CopyMatches(search_type, protocol, search_key, *buffer);
  return abi::EFI_SUCCESS;
}

abi::EFI_STATUS HandleDatabase::LocateProtocol(const abi::EFI_GUID* protocol,
                                               abi::VOID* registration,
                                               abi::VOID** interface) {
  if (protocol == nullptr || interface == nullptr) {
    return abi::EFI_INVALID_PARAMETER;
  }
  const Interface* found = nullptr;
  if (registration != nullptr) {
    Registration* const known = registrations_.Find(registration);
    if (known == nullptr) return abi::EFI_INVALID_PARAMETER;
    Interface* const next = NextNew(*known);
    if (next != nullptr) known->position = next;
    found = next;
  } else if (const Protocol* const known = FindProtocol(*protocol)) {
    found = known->interfaces.front();
  }
  *interface = found == nullptr ? nullptr : found->pointer;
  return found == nullptr ? abi::EFI_NOT_FOUND : abi::EFI_SUCCESS;
}

abi::EFI_STATUS HandleDatabase::LocateDevicePath(
    const abi::EFI_GUID* protocol,
    abi::EFI_DEVICE_PATH_PROTOCOL** device_path,
    abi::EFI_HANDLE* device) {
  if (protocol == nullptr || device_path == nullptr ||
      *device_path == nullptr) {
    return abi::EFI_INVALID_PARAMETER;
  }
  Handle* best = nullptr;
  size_t best_size = 0;
  ForEachMatch(abi::ByProtocol, protocol, nullptr, [&](Handle& handle) {
    const auto* const path = static_cast<const abi::EFI_DEVICE_PATH_PROTOCOL*>(
        FindInterface(&handle, abi::EFI_DEVICE_PATH_PROTOCOL_GUID));
    if (path == nullptr) return;
    const auto size = MatchPrefix(**device_path, *path);
    if (size && (best == nullptr || *size > best_size)) {
      best = &handle;
      best_size = *size;
    }
  });
  if (best == nullptr) return abi::EFI_NOT_FOUND;
  if (device == nullptr) return abi::EFI_INVALID_PARAMETER;
  *device = best;
  auto* const bytes = static_cast<std::byte*>(static_cast<void*>(*device_path));
  *device_path = static_cast<abi::EFI_DEVICE_PATH_PROTOCOL*>(
      static_cast<void*>(bytes + best_size));
  return abi::EFI_SUCCESS;
}

}  // namespace flint::efi
