// SPDX-License-Identifier: Apache-2.0
#include "efi/handles/controller_services.h"

#include "efi/handles/device_path_prefix.h"
#include "efi/handles/driver_order.h"

namespace flint::efi {
namespace {

// Deeper than any bus; ends what images may have tied into a ring.
constexpr int kMaxDepth = 32;

/// A buffer from a service, freed with the object.
class LocatedHandles final {
 public:
  LocatedHandles(HandleDatabase& database,
                 PoolServices& pool,
                 const abi::EFI_GUID& protocol)
      : pool_(pool) {
    status_ = database.LocateHandleBuffer(
        abi::ByProtocol, &protocol, nullptr, &count_, &handles_);
  }
  ~LocatedHandles() {
    if (handles_ != nullptr) static_cast<void>(pool_.FreePool(handles_));
  }
  LocatedHandles(const LocatedHandles&) = delete;
  LocatedHandles& operator=(const LocatedHandles&) = delete;

  abi::EFI_STATUS status() const { return status_; }
  std::span<const abi::EFI_HANDLE> handles() const {
    return {handles_, count_};
  }

 private:
  PoolServices& pool_;
  abi::EFI_STATUS status_;
  abi::EFI_HANDLE* handles_ = nullptr;
  abi::UINTN count_ = 0;
};

bool IsByDriver(const OpenRecord& open) {
  return (open.attributes & abi::EFI_OPEN_PROTOCOL_BY_DRIVER) != 0;
}

bool IsByChild(const OpenRecord& open) {
  return (open.attributes & abi::EFI_OPEN_PROTOCOL_BY_CHILD_CONTROLLER) != 0;
}

}  // namespace

abi::EFI_STATUS ControllerServices::ConnectController(
    abi::EFI_HANDLE controller,
    abi::EFI_HANDLE* driver_image,
    abi::EFI_DEVICE_PATH_PROTOCOL* remaining_path,
    abi::BOOLEAN recursive) {
  if (!database_.IsHandle(controller)) return abi::EFI_INVALID_PARAMETER;
  return Connect(controller, driver_image, remaining_path, recursive != 0, 0);
}

abi::EFI_STATUS ControllerServices::Connect(
    abi::EFI_HANDLE controller,
    const abi::EFI_HANDLE* named,
    abi::EFI_DEVICE_PATH_PROTOCOL* remaining_path,
    bool recursive,
    int depth) {
  abi::EFI_STATUS status = ConnectOne(controller, named, remaining_path);
  if (status == abi::EFI_NOT_FOUND && remaining_path != nullptr &&
      IsEndOfPath(*remaining_path)) {
    status = abi::EFI_SUCCESS;
  }
  if (recursive && depth < kMaxDepth) ConnectChildren(controller, depth);
  return status;
}

abi::EFI_STATUS ControllerServices::ConnectOne(
    abi::EFI_HANDLE controller,
    const abi::EFI_HANDLE* named,
    abi::EFI_DEVICE_PATH_PROTOCOL* remaining_path) {
  const LocatedHandles drivers(
      database_, pool_, abi::EFI_DRIVER_BINDING_PROTOCOL_GUID);
  if (abi::EFI_ERROR(drivers.status())) return drivers.status();
  DriverOrder order(database_, pool_, drivers.handles());
  if (!order.valid()) return abi::EFI_OUT_OF_RESOURCES;
  order.Build(controller, named);
  return StartDrivers(order.handles(), controller, remaining_path)
             ? abi::EFI_SUCCESS
             : abi::EFI_NOT_FOUND;
}

// Starts every driver that supports the controller, starting over after each
// round in which one did: it may have made the controller fit for another.
bool ControllerServices::StartDrivers(
    std::span<abi::EFI_HANDLE> drivers,
    abi::EFI_HANDLE controller,
    abi::EFI_DEVICE_PATH_PROTOCOL* remaining_path) {
  bool any_started = false;
  bool any_supported = true;
  while (any_supported) {
    any_supported = false;
    for (abi::EFI_HANDLE& driver : drivers) {
      if (driver == nullptr || !database_.IsHandle(controller)) continue;
      auto* binding = DriverOrder::BindingOf(database_, driver);
      if (binding == nullptr || abi::EFI_ERROR(binding->Supported(
                                    binding, controller, remaining_path))) {
        continue;
      }
      any_supported = true;
      binding = DriverOrder::BindingOf(database_, driver);
      driver = nullptr;  // its turn is over
      if (binding == nullptr) continue;
      any_started |=
          !abi::EFI_ERROR(binding->Start(binding, controller, remaining_path));
    }
  }
  return any_started;
}

size_t ControllerServices::CountUses(abi::EFI_HANDLE controller) {
  size_t count = 0;
  database_.ForEachUse(controller,
                       [&](const Protocol&, const OpenRecord&) { ++count; });
  return count;
}

void ControllerServices::ConnectChildren(abi::EFI_HANDLE controller,
                                         int depth) {
  PoolArray<abi::EFI_HANDLE> children(pool_, CountUses(controller));
  if (!children.valid()) return;
  database_.ForEachUse(
      controller, [&](const Protocol&, const OpenRecord& open) {
        if (IsByChild(open) && !children.Contains(open.controller)) {
          children.Append(open.controller);
        }
      });
  for (const abi::EFI_HANDLE child : children.items()) {
    if (!database_.IsHandle(child)) continue;
    static_cast<void>(Connect(child, nullptr, nullptr, true, depth + 1));
  }
}

abi::EFI_STATUS ControllerServices::DisconnectController(
    abi::EFI_HANDLE controller,
    abi::EFI_HANDLE driver_image,
    abi::EFI_HANDLE child) {
  if (!database_.IsHandle(controller) ||
      (child != nullptr && !database_.IsHandle(child)) ||
      (driver_image != nullptr &&
       DriverOrder::BindingOf(database_, driver_image) == nullptr)) {
    return abi::EFI_INVALID_PARAMETER;
  }
  PoolArray<abi::EFI_HANDLE> drivers(pool_, CountUses(controller));
  if (!drivers.valid()) return abi::EFI_OUT_OF_RESOURCES;
  database_.ForEachUse(
      controller, [&](const Protocol&, const OpenRecord& open) {
        const bool wanted =
            driver_image == nullptr || open.agent == driver_image;
        if (IsByDriver(open) && wanted && !drivers.Contains(open.agent)) {
          drivers.Append(open.agent);
        }
      });
  if (drivers.size() == 0) return abi::EFI_SUCCESS;  // nothing to stop
  bool any_stopped = false;
  bool any_failed = false;
  for (const abi::EFI_HANDLE driver : drivers.items()) {
    if (!database_.IsHandle(controller)) break;
    const StopResult result = Stop(driver, controller, child);
    any_stopped |= result == StopResult::kStopped;
    any_failed |= result == StopResult::kFailed;
  }
  if (any_stopped) return abi::EFI_SUCCESS;
  return any_failed ? abi::EFI_DEVICE_ERROR : abi::EFI_NOT_FOUND;
}

// Has a driver let go of one child or all, and of the controller when no child
// is left.
ControllerServices::StopResult ControllerServices::Stop(
    abi::EFI_HANDLE driver, abi::EFI_HANDLE controller, abi::EFI_HANDLE child) {
  auto* binding = DriverOrder::BindingOf(database_, driver);
  PoolArray<abi::EFI_HANDLE> children(pool_, CountUses(controller));
  if (binding == nullptr || !children.valid()) return StopResult::kFailed;
  database_.ForEachUse(controller,
                       [&](const Protocol&, const OpenRecord& open) {
                         if (IsByChild(open) && open.agent == driver &&
                             !children.Contains(open.controller)) {
                           children.Append(open.controller);
                         }
                       });
  std::span<abi::EFI_HANDLE> to_stop = children.items();
  if (child != nullptr) {
    if (!children.Contains(child)) return StopResult::kNotConcerned;
    to_stop = {&child, 1};
  }
  if (!to_stop.empty()) {
    if (abi::EFI_ERROR(binding->Stop(
            binding, controller, to_stop.size(), to_stop.data()))) {
      return StopResult::kFailed;
    }
    if (to_stop.size() < children.size()) return StopResult::kStopped;
    binding = DriverOrder::BindingOf(database_, driver);
    if (binding == nullptr || !database_.IsHandle(controller)) {
      return StopResult::kStopped;
    }
  }
  return abi::EFI_ERROR(binding->Stop(binding, controller, 0, nullptr))
             ? StopResult::kFailed
             : StopResult::kStopped;
}

}  // namespace flint::efi
