// SPDX-License-Identifier: Apache-2.0
#include "efi/handles/handle_database.h"

#include <cstring>

namespace flint::efi {

HandleDatabase::HandleDatabase(PageSource& pages,
                               PoolServices& pool,
                               EventServices& events)
    : pool_(pool),
      events_(events),
      handles_(pages),
      protocols_(pages),
      interfaces_(pages),
      opens_(pages),
      registrations_(pages) {
  events_.set_observer(this);
}

HandleDatabase::~HandleDatabase() { events_.set_observer(nullptr); }

abi::VOID* HandleDatabase::FindInterface(abi::EFI_HANDLE handle,
                                         const abi::EFI_GUID& protocol) {
  const Interface* const found = Find(handle, protocol);
  return found == nullptr ? nullptr : found->pointer;
}

HandleDatabase::Bucket& HandleDatabase::BucketFor(const abi::EFI_GUID& guid) {
  // GUIDs of one vendor may differ in any few bytes.
  uint64_t halves[2];
  std::memcpy(halves, guid.bytes.data(), sizeof(halves));
  constexpr uint64_t kGoldenRatio = 0x9E37'79B9'7F4A'7C15;
  const uint64_t mixed = (halves[0] * kGoldenRatio ^ halves[1]) * kGoldenRatio;
  return buckets_[mixed >> 32 & (kBucketCount - 1)];
}

Protocol* HandleDatabase::FindProtocol(const abi::EFI_GUID& guid) {
  const Bucket& bucket = BucketFor(guid);
  Protocol* protocol = bucket.front();
  while (protocol != nullptr && protocol->guid != guid) {
    protocol = bucket.Next(*protocol);
  }
  return protocol;
}

// A protocol is never deleted: ProtocolsPerHandle hands out its GUID's address.
Protocol* HandleDatabase::FindOrAddProtocol(const abi::EFI_GUID& guid) {
  if (Protocol* const known = FindProtocol(guid)) return known;
  Protocol* const added = protocols_.New(guid);
  if (added != nullptr) BucketFor(guid).push_back(*added);
  return added;
}

Interface* HandleDatabase::Find(const Handle& handle,
                                const abi::EFI_GUID& guid) {
  Interface* interface = handle.interfaces.front();
  while (interface != nullptr && interface->protocol->guid != guid) {
    interface = handle.interfaces.Next(*interface);
  }
  return interface;
}

Interface* HandleDatabase::Find(abi::EFI_HANDLE handle,
                                const abi::EFI_GUID& guid) {
  const Handle* const found = handles_.Find(handle);
  return found == nullptr ? nullptr : Find(*found, guid);
}

void HandleDatabase::OnEventClosed(abi::EFI_EVENT event) {
  Registration* registration = all_registrations_.front();
  while (registration != nullptr) {
    Registration* const next = all_registrations_.Next(*registration);
    if (registration->event == event) {
      IntrusiveList<Registration, OfProtocol>::Remove(*registration);
      IntrusiveList<Registration, OfDatabase>::Remove(*registration);
      registrations_.Delete(*registration);
    }
    registration = next;
  }
}

}  // namespace flint::efi
