// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "efi/abi/boot_services.h"
#include "efi/containers/intrusive_list.h"

/// What the handle database is made of. Only the database changes these.
///
///     Handle ──< Interface >── Protocol ──< Registration
///                    │
///                    ^
///                OpenRecord
namespace flint::efi {

struct Handle;
struct Protocol;

/// Tags of the lists an object can be in.
struct OnHandle;
struct OfProtocol;
struct OfDatabase;

/// Someone opened an interface. [uefi-2.10 7.3.9]
struct OpenRecord final : ListNode<OpenRecord> {
  abi::EFI_HANDLE agent = nullptr;
  abi::EFI_HANDLE controller = nullptr;
  abi::UINT32 attributes = 0;
  abi::UINT32 count = 1;
};

/// A protocol that is installed on a handle.
struct Interface final : ListNode<OnHandle>, ListNode<OfProtocol> {
  Interface(Handle& on, Protocol& of, abi::VOID* at)
      : handle(&on), protocol(&of), pointer(at) {}

  Handle* handle;
  Protocol* protocol;
  abi::VOID* pointer;
  IntrusiveList<OpenRecord> opens;
};

/// What an EFI_HANDLE points to. Exists while it has interfaces.
struct Handle final : ListNode<Handle> {
  IntrusiveList<Interface, OnHandle> interfaces;
  /// What the database's count of changes was with its last one.
  uint64_t last_change = 0;
};

/// Someone wants to know when a protocol is installed. [uefi-2.10 7.3.5]
struct Registration final : ListNode<OfProtocol>, ListNode<OfDatabase> {
  Protocol* protocol = nullptr;
  abi::EFI_EVENT event = nullptr;
  /// The last interface of the protocol that is not new; null if all are.
  Interface* position = nullptr;
};

/// A protocol that is or was installed somewhere, or is waited for.
struct Protocol final : ListNode<Protocol> {
  explicit Protocol(const abi::EFI_GUID& name) : guid(name) {}

  abi::EFI_GUID guid;
  /// In the order of their (re)installation.
  IntrusiveList<Interface, OfProtocol> interfaces;
  IntrusiveList<Registration, OfProtocol> registrations;
};

}  // namespace flint::efi
