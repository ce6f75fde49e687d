// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <optional>

#include "efi/abi/boot_services.h"
#include "efi/abi/protocol/device_path.h"
#include "efi/abi/status.h"
#include "efi/containers/intrusive_list.h"
#include "efi/containers/object_pool.h"
#include "efi/events/event_services.h"
#include "efi/handles/handle_types.h"
#include "efi/memory/pool_services.h"

namespace flint::efi {

/// Starts and stops the drivers of a controller, for a database that must
/// before a protocol goes away under them.
class ControllerConnector {
 public:
  virtual ~ControllerConnector() = default;
  virtual abi::EFI_STATUS ConnectController(
      abi::EFI_HANDLE controller,
      abi::EFI_HANDLE* driver_image,
      abi::EFI_DEVICE_PATH_PROTOCOL* remaining_path,
      abi::BOOLEAN recursive) = 0;
  virtual abi::EFI_STATUS DisconnectController(abi::EFI_HANDLE controller,
                                               abi::EFI_HANDLE driver_image,
                                               abi::EFI_HANDLE child) = 0;
};

/// The protocols of one Install- or UninstallMultipleProtocolInterfaces call.
class ProtocolList {
 public:
  struct Item {
    abi::EFI_GUID* protocol;
    abi::VOID* interface;
  };

  virtual ~ProtocolList() = default;

  /// Nothing at the end.
  virtual std::optional<Item> Next() = 0;
  /// Starts over.
  virtual void Rewind() = 0;
};

/// The protocol handler services: which handle has which protocols, and who
/// uses them. [uefi-2.10 7.3]
///
/// No protocol is special here but the device path, where the specification
/// says so. Notifications run at the end of a service, when all is in order;
/// drivers are called while nothing is held, after which everything is looked
/// up again.
class HandleDatabase final : private EventObserver {
 public:
  /// `events` tells the database, and no one else, which events are closed.
  HandleDatabase(PageSource& pages, PoolServices& pool, EventServices& events);
  ~HandleDatabase() override;
  HandleDatabase(const HandleDatabase&) = delete;
  HandleDatabase& operator=(const HandleDatabase&) = delete;

  void set_connector(ControllerConnector& connector) {
    connector_ = &connector;
  }

  /// Who HandleProtocol opens protocols for: the handle of the firmware's own
  /// image. Until there is one, such uses are not recorded.
  void set_firmware_image(abi::EFI_HANDLE image) { firmware_image_ = image; }

  // install.cc
  abi::EFI_STATUS InstallProtocolInterface(abi::EFI_HANDLE* handle,
                                           const abi::EFI_GUID* protocol,
                                           abi::EFI_INTERFACE_TYPE type,
                                           abi::VOID* interface);
  abi::EFI_STATUS ReinstallProtocolInterface(abi::EFI_HANDLE handle,
                                             const abi::EFI_GUID* protocol,
                                             abi::VOID* old_interface,
                                             abi::VOID* new_interface);
  abi::EFI_STATUS UninstallProtocolInterface(abi::EFI_HANDLE handle,
                                             const abi::EFI_GUID* protocol,
                                             abi::VOID* interface);
  abi::EFI_STATUS InstallMultipleProtocolInterfaces(abi::EFI_HANDLE* handle,
                                                    ProtocolList& list);
  abi::EFI_STATUS UninstallMultipleProtocolInterfaces(abi::EFI_HANDLE handle,
                                                      ProtocolList& list);

  /// How often a handle was made, or an interface of one installed, changed or
  /// removed.
  uint64_t change_count() const { return change_count_; }

  /// Connects drivers, recursively, to the handles that were made or modified
  /// since there were `change_count` changes; not to what drivers change
  /// meanwhile.
  void ConnectChangedSince(uint64_t change_count);

  // open.cc
  abi::EFI_STATUS HandleProtocol(abi::EFI_HANDLE handle,
                                 const abi::EFI_GUID* protocol,
                                 abi::VOID** interface);
  abi::EFI_STATUS OpenProtocol(abi::EFI_HANDLE handle,
                               const abi::EFI_GUID* protocol,
                               abi::VOID** interface,
                               abi::EFI_HANDLE agent,
                               abi::EFI_HANDLE controller,
                               abi::UINT32 attributes);
  abi::EFI_STATUS CloseProtocol(abi::EFI_HANDLE handle,
                                const abi::EFI_GUID* protocol,
                                abi::EFI_HANDLE agent,
                                abi::EFI_HANDLE controller);
  abi::EFI_STATUS OpenProtocolInformation(
      abi::EFI_HANDLE handle,
      const abi::EFI_GUID* protocol,
      abi::EFI_OPEN_PROTOCOL_INFORMATION_ENTRY** entry_buffer,
      abi::UINTN* entry_count);

  /// Closes whatever an agent has open: for an image that is unloaded.
  void CloseAllOpenedBy(abi::EFI_HANDLE agent);

  // locate.cc
  abi::EFI_STATUS ProtocolsPerHandle(abi::EFI_HANDLE handle,
                                     abi::EFI_GUID*** protocol_buffer,
                                     abi::UINTN* protocol_buffer_count);
  abi::EFI_STATUS RegisterProtocolNotify(const abi::EFI_GUID* protocol,
                                         abi::EFI_EVENT event,
                                         abi::VOID** registration);
  abi::EFI_STATUS LocateHandle(abi::EFI_LOCATE_SEARCH_TYPE search_type,
                               const abi::EFI_GUID* protocol,
                               abi::VOID* search_key,
                               abi::UINTN* buffer_size,
                               abi::EFI_HANDLE* buffer);
  abi::EFI_STATUS LocateHandleBuffer(abi::EFI_LOCATE_SEARCH_TYPE search_type,
                                     const abi::EFI_GUID* protocol,
                                     abi::VOID* search_key,
                                     abi::UINTN* handle_count,
                                     abi::EFI_HANDLE** buffer);
  abi::EFI_STATUS LocateProtocol(const abi::EFI_GUID* protocol,
                                 abi::VOID* registration,
                                 abi::VOID** interface);
  abi::EFI_STATUS LocateDevicePath(const abi::EFI_GUID* protocol,
                                   abi::EFI_DEVICE_PATH_PROTOCOL** device_path,
                                   abi::EFI_HANDLE* device);

  /// True for a live handle.
  bool IsHandle(abi::EFI_HANDLE handle) {
    return handles_.Find(handle) != nullptr;
  }

  /// The interface, for the firmware's own short use; null if the handle is
  /// none or does not have the protocol.
  abi::VOID* FindInterface(abi::EFI_HANDLE handle,
                           const abi::EFI_GUID& protocol);

  /// Calls `visit(const Protocol&, const OpenRecord&)` for every use of the
  /// handle's protocols. `visit` must not change the database.
  template <typename Visitor>
  void ForEachUse(abi::EFI_HANDLE handle, Visitor visit) {
    const Handle* const found = handles_.Find(handle);
    if (found == nullptr) return;
    for (const Interface* interface = found->interfaces.front();
         interface != nullptr;
         interface = found->interfaces.Next(*interface)) {
      for (const OpenRecord* open = interface->opens.front(); open != nullptr;
           open = interface->opens.Next(*open)) {
        visit(*interface->protocol, *open);
      }
    }
  }

 private:
  static constexpr size_t kBucketCount = 256;

  using Bucket = IntrusiveList<Protocol>;

  Bucket& BucketFor(const abi::EFI_GUID& guid);
  Protocol* FindProtocol(const abi::EFI_GUID& guid);
  Protocol* FindOrAddProtocol(const abi::EFI_GUID& guid);
  Interface* Find(const Handle& handle, const abi::EFI_GUID& guid);
  Interface* Find(abi::EFI_HANDLE handle, const abi::EFI_GUID& guid);

  // install.cc
  abi::EFI_STATUS Install(abi::EFI_HANDLE* handle,
                          const abi::EFI_GUID& protocol,
                          abi::VOID* interface);
  void Announce(Interface& interface);
  void Withdraw(Interface& interface);
  bool StopDrivers(abi::EFI_HANDLE handle, const abi::EFI_GUID& protocol);
  bool ReleaseUsers(abi::EFI_HANDLE handle, const abi::EFI_GUID& protocol);
  bool IsKnownDevicePath(const ProtocolList::Item& item);

  // open.cc
  abi::EFI_STATUS CheckOpen(abi::EFI_HANDLE handle,
                            abi::EFI_HANDLE agent,
                            abi::EFI_HANDLE controller,
                            abi::UINT32 attributes);
  abi::EFI_STATUS Record(Interface& interface,
                         abi::EFI_HANDLE agent,
                         abi::EFI_HANDLE controller,
                         abi::UINT32 attributes);
  void Forget(OpenRecord& open);

  // locate.cc
  Interface* NextNew(const Registration& registration);
  abi::EFI_STATUS CheckSearch(abi::EFI_LOCATE_SEARCH_TYPE search_type,
                              const abi::EFI_GUID* protocol,
                              abi::VOID* search_key);
  template <typename Visitor>
  void ForEachMatch(abi::EFI_LOCATE_SEARCH_TYPE search_type,
                    const abi::EFI_GUID* protocol,
                    abi::VOID* search_key,
                    Visitor visit);
  size_t CountMatches(abi::EFI_LOCATE_SEARCH_TYPE search_type,
                      const abi::EFI_GUID* protocol,
                      abi::VOID* search_key);
  void CopyMatches(abi::EFI_LOCATE_SEARCH_TYPE search_type,
                   const abi::EFI_GUID* protocol,
                   abi::VOID* search_key,
                   abi::EFI_HANDLE* buffer);

  // EventObserver
  void OnEventClosed(abi::EFI_EVENT event) override;

  PoolServices& pool_;
  EventServices& events_;
  ControllerConnector* connector_ = nullptr;
  uint64_t change_count_ = 0;
  abi::EFI_HANDLE firmware_image_ = nullptr;

  ObjectPool<Handle> handles_;
  ObjectPool<Protocol> protocols_;
  ObjectPool<Interface> interfaces_;
  ObjectPool<OpenRecord> opens_;
  ObjectPool<Registration> registrations_;
  IntrusiveList<Handle> all_handles_;
  IntrusiveList<Registration, OfDatabase> all_registrations_;
  std::array<Bucket, kBucketCount> buckets_;
};

}  // namespace flint::efi
