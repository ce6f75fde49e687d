// SPDX-License-Identifier: Apache-2.0
#include "efi/variables/variable_services.h"

#include <algorithm>
#include <cstring>
#include <span>

#include "efi/variables/variable_rules.h"

namespace flint::efi {
namespace {

using abi::EFI_STATUS;
using abi::EFI_VARIABLE_APPEND_WRITE;
using abi::EFI_VARIABLE_BOOTSERVICE_ACCESS;
using abi::EFI_VARIABLE_NON_VOLATILE;
using abi::EFI_VARIABLE_RUNTIME_ACCESS;

constexpr uint32_t kAccessMask =
    EFI_VARIABLE_BOOTSERVICE_ACCESS | EFI_VARIABLE_RUNTIME_ACCESS;

constexpr uint32_t kAuthentication =
    abi::EFI_VARIABLE_AUTHENTICATED_WRITE_ACCESS |
    abi::EFI_VARIABLE_TIME_BASED_AUTHENTICATED_WRITE_ACCESS |
    abi::EFI_VARIABLE_ENHANCED_AUTHENTICATED_ACCESS;

// Stored with the attributes, out of reach of callers.
constexpr uint32_t kReadOnlyFlag = uint32_t{1} << 30;
constexpr uint32_t kStoreFileFlag = uint32_t{1} << 31;
constexpr uint32_t kVisibleMask = 0xFF;

bool HasAny(uint32_t attributes, uint32_t wanted) {
  return (attributes & wanted) != 0;
}

/// The name with its NUL, if that comes within `max_bytes`.
std::optional<Bytes> NameWithin(const abi::CHAR16* name, uint64_t max_bytes) {
  const uint64_t max_size = max_bytes / sizeof(abi::CHAR16);
  for (uint64_t size = 0; size < max_size; ++size) {
    if (name[size] == u'\0') return std::as_bytes(std::span(name, size + 1));
  }
  return std::nullopt;
}

bool IsEmptyName(Bytes name) { return name.size() <= sizeof(abi::CHAR16); }

/// Names of the firmware's own, which come from literals.
Bytes NameOf(std::u16string_view name) {
  return std::as_bytes(std::span(name.data(), name.size() + 1));
}

}  // namespace

bool VariableServices::IsVisible(const VariableView& view) const {
  return phase_ == VariablePhase::kBoot ||
         HasAny(view.attributes, EFI_VARIABLE_RUNTIME_ACCESS);
}

std::optional<VariableServices::Place> VariableServices::Locate(
    const VariableKey& key) {
  for (VariableArea* area : {&nonvolatile_, &volatiles_}) {
    if (const auto view = area->Find(key)) return Place{area, *view};
  }
  return std::nullopt;
}

Bytes VariableServices::DataOf(const VariableView& view) {
  return HasAny(view.attributes, kStoreFileFlag) ? nonvolatile_.Image()
                                                 : view.data;
}

EFI_STATUS VariableServices::GetVariable(const abi::CHAR16* variable_name,
                                         const abi::EFI_GUID* vendor_guid,
                                         abi::UINT32* attributes,
                                         abi::UINTN* data_size,
                                         abi::VOID* data) {
  if (variable_name == nullptr || vendor_guid == nullptr ||
      data_size == nullptr) {
    return abi::EFI_INVALID_PARAMETER;
  }
  const auto name = NameWithin(variable_name, kMaxVariableNameBytes);
  if (!name) return abi::EFI_NOT_FOUND;
  const auto place = Locate({*name, *vendor_guid});
  if (!place || !IsVisible(place->view)) return abi::EFI_NOT_FOUND;
  const Bytes value = DataOf(place->view);
  const bool fits = value.size() <= *data_size;
  if (fits && data == nullptr) return abi::EFI_INVALID_PARAMETER;
  *data_size = value.size();
  if (attributes != nullptr) {
    *attributes = place->view.attributes & kVisibleMask;
  }
  if (!fits) return abi::EFI_BUFFER_TOO_SMALL;
  std::memcpy(data, value.data(), value.size());
  return abi::EFI_SUCCESS;
}

EFI_STATUS VariableServices::GetNextVariableName(abi::UINTN* variable_name_size,
                                                 abi::CHAR16* variable_name,
                                                 abi::EFI_GUID* vendor_guid) {
  if (variable_name_size == nullptr || variable_name == nullptr ||
      vendor_guid == nullptr) {
    return abi::EFI_INVALID_PARAMETER;
  }
  const auto name = NameWithin(
      variable_name,
      std::min<uint64_t>(*variable_name_size, kMaxVariableNameBytes));
  if (!name) return abi::EFI_INVALID_PARAMETER;
  VariableArea* area = &nonvolatile_;
  std::optional<VariableView> view;
  if (IsEmptyName(*name)) {
    view = area->First();
  } else {
    const auto place = Locate({*name, *vendor_guid});
    if (!place || !IsVisible(place->view)) return abi::EFI_INVALID_PARAMETER;
    area = place->area;
    view = area->After(place->view);
  }
  for (;; view = area->After(*view)) {
    if (!view && area == &nonvolatile_) {
      area = &volatiles_;
      view = area->First();
    }
    if (!view) return abi::EFI_NOT_FOUND;
    if (IsVisible(*view)) break;
  }
  const bool fits = view->name.size() <= *variable_name_size;
  *variable_name_size = view->name.size();
  if (!fits) return abi::EFI_BUFFER_TOO_SMALL;
  std::memcpy(variable_name, view->name.data(), view->name.size());
  *vendor_guid = view->vendor;
  return abi::EFI_SUCCESS;
}

EFI_STATUS VariableServices::BeforeChange(const VariableArea& area,
                                          const VariableChange& change) {
  if (&area != &nonvolatile_ || observer_ == nullptr) return abi::EFI_SUCCESS;
  return observer_->BeforeNonvolatileChange(change);
}

EFI_STATUS VariableServices::Changed(const VariableArea& area) {
  if (&area != &nonvolatile_ || observer_ == nullptr) return abi::EFI_SUCCESS;
  return observer_->OnNonvolatileChange();
}

EFI_STATUS VariableServices::Remove(const Place& place) {
  const EFI_STATUS status =
      BeforeChange(*place.area,
                   {.key = {place.view.name, place.view.vendor},
                    .attributes = place.view.attributes,
                    .kept = {},
                    .data = {}});
  if (abi::EFI_ERROR(status)) return status;
  place.area->Remove(place.view);
  return Changed(*place.area);
}

EFI_STATUS VariableServices::Update(const Place& place,
                                    bool append,
                                    Bytes data) {
  const Bytes old = place.view.data;
  const uint64_t kept_bytes = append ? old.size() : 0;
  // Nothing is written for nothing: the store may be flash.
  if (append ? data.empty() : std::ranges::equal(old, data)) {
    return abi::EFI_SUCCESS;
  }
  // A store from elsewhere may hold more than can be set here.
  if (kept_bytes > kMaxVariableDataBytes ||
      data.size() > kMaxVariableDataBytes - kept_bytes ||
      !place.area->HasRoomFor(
          place.view.name, kept_bytes + data.size(), place.view.size_bytes)) {
    return abi::EFI_OUT_OF_RESOURCES;
  }
  const EFI_STATUS status =
      BeforeChange(*place.area,
                   {.key = {place.view.name, place.view.vendor},
                    .attributes = place.view.attributes,
                    .kept = old.first(kept_bytes),
                    .data = data});
  if (abi::EFI_ERROR(status)) return status;
  // There is room.
  (void)place.area->Change(place.view, kept_bytes, data);
  return Changed(*place.area);
}

EFI_STATUS VariableServices::Create(const VariableKey& key,
                                    uint32_t attributes,
                                    Bytes data) {
  VariableArea& area =
      HasAny(attributes, EFI_VARIABLE_NON_VOLATILE) ? nonvolatile_ : volatiles_;
  if (!area.HasRoomFor(key.name, data.size())) return abi::EFI_OUT_OF_RESOURCES;
  const EFI_STATUS status = BeforeChange(
      area, {.key = key, .attributes = attributes, .kept = {}, .data = data});
  if (abi::EFI_ERROR(status)) return status;
  (void)area.Add(key, attributes, data);
  return Changed(area);
}

EFI_STATUS VariableServices::SetVariable(const abi::CHAR16* variable_name,
                                         const abi::EFI_GUID* vendor_guid,
                                         abi::UINT32 attributes,
                                         abi::UINTN data_size,
                                         const abi::VOID* data) {
  if (variable_name == nullptr || vendor_guid == nullptr ||
      (data_size != 0 && data == nullptr)) {
    return abi::EFI_INVALID_PARAMETER;
  }
  const auto name = NameWithin(variable_name, kMaxVariableNameBytes);
  if (!name || IsEmptyName(*name)) return abi::EFI_INVALID_PARAMETER;
  const EFI_STATUS checked = CheckSetAttributes(attributes);
  if (abi::EFI_ERROR(checked)) return checked;
  if (data_size > kMaxVariableDataBytes) return abi::EFI_INVALID_PARAMETER;
  return SetChecked({*name, *vendor_guid},
                    attributes,
                    Bytes(static_cast<const std::byte*>(data), data_size));
}

EFI_STATUS VariableServices::SetChecked(const VariableKey& key,
                                        uint32_t attributes,
                                        Bytes data) {
  if (IsFirmwareOwned(key)) return abi::EFI_WRITE_PROTECTED;
  if (NeedsAuthentication(key)) return abi::EFI_INVALID_PARAMETER;
  const bool append = HasAny(attributes, EFI_VARIABLE_APPEND_WRITE);
  const bool has_access = HasAny(attributes, kAccessMask);
  const bool removes = !has_access || (data.empty() && !append);
  const uint32_t kept_attributes = attributes & ~EFI_VARIABLE_APPEND_WRITE;

  const auto place = Locate(key);
  if (place && IsVisible(place->view)) {
    const VariableView& view = place->view;
    // Kept for other firmware that can check a signature. [uefi-2.10 8.2.2]
    if (HasAny(view.attributes, kAuthentication)) {
      return abi::EFI_SECURITY_VIOLATION;
    }
    if (HasAny(view.attributes, kReadOnlyFlag) ||
        // Volatile variables become read-only. [uefi-2.10 8.2.3]
        (phase_ == VariablePhase::kRuntime && place->area == &volatiles_)) {
      return abi::EFI_WRITE_PROTECTED;
    }
    if (has_access && kept_attributes != view.attributes) {
      return abi::EFI_INVALID_PARAMETER;
    }
    return removes ? Remove(*place) : Update(*place, append, data);
  }
  if (removes || data.empty()) return abi::EFI_NOT_FOUND;
  // There is one of that name, which its attributes hide.
  if (place) return abi::EFI_INVALID_PARAMETER;
  if (phase_ == VariablePhase::kRuntime &&
      kept_attributes != (EFI_VARIABLE_NON_VOLATILE | kAccessMask)) {
    return abi::EFI_INVALID_PARAMETER;
  }
  return Create(key, kept_attributes, data);
}

EFI_STATUS VariableServices::QueryVariableInfo(
    abi::UINT32 attributes,
    abi::UINT64* maximum_variable_storage_size,
    abi::UINT64* remaining_variable_storage_size,
    abi::UINT64* maximum_variable_size) {
  if (maximum_variable_storage_size == nullptr ||
      remaining_variable_storage_size == nullptr ||
      maximum_variable_size == nullptr) {
    return abi::EFI_INVALID_PARAMETER;
  }
  const EFI_STATUS checked = CheckQueryAttributes(attributes);
  if (abi::EFI_ERROR(checked)) return checked;
  if (phase_ == VariablePhase::kRuntime &&
      !HasAny(attributes, EFI_VARIABLE_RUNTIME_ACCESS)) {
    return abi::EFI_INVALID_PARAMETER;
  }
  const VariableSpace space =
      SpaceOf(HasAny(attributes, EFI_VARIABLE_NON_VOLATILE) ? nonvolatile_
                                                            : volatiles_);
  const uint64_t free_bytes = space.capacity_bytes - space.used_bytes;
  *maximum_variable_storage_size = space.capacity_bytes;
  *remaining_variable_storage_size = free_bytes;
  *maximum_variable_size =
      std::min(kMaxVariableDataBytes,
               free_bytes - std::min(free_bytes, space.overhead_bytes));
  return abi::EFI_SUCCESS;
}

VariableSpace VariableServices::SpaceOf(const VariableArea& area) {
  if (&area == &nonvolatile_ && observer_ != nullptr) {
    if (const auto space = observer_->NonvolatileSpace()) return *space;
  }
  return {.capacity_bytes = area.capacity_bytes(),
          .used_bytes = area.used_bytes(),
          .overhead_bytes = sizeof(VariableEntry)};
}

EFI_STATUS VariableServices::Define(std::u16string_view name,
                                    const Guid& vendor,
                                    uint32_t attributes,
                                    Bytes data,
                                    Kind kind) {
  uint32_t stored = attributes;
  if (kind != Kind::kOrdinary) stored |= kReadOnlyFlag;
  if (kind == Kind::kStoreFile) stored |= kStoreFileFlag;
  const VariableKey key{NameOf(name), vendor};
  if (const auto place = Locate(key)) {
    if (place->view.attributes == stored) return Update(*place, false, data);
    const EFI_STATUS removed = Remove(*place);
    if (abi::EFI_ERROR(removed)) return removed;
  }
  return Create(key, stored, data);
}

EFI_STATUS VariableServices::Undefine(std::u16string_view name,
                                      const Guid& vendor) {
  const auto place = Locate({NameOf(name), vendor});
  return place ? Remove(*place) : abi::EFI_SUCCESS;
}

std::optional<Bytes> VariableServices::Find(std::u16string_view name,
                                            const Guid& vendor) const {
  const VariableKey key{NameOf(name), vendor};
  for (const VariableArea* area : {&nonvolatile_, &volatiles_}) {
    if (const auto view = area->Find(key)) return view->data;
  }
  return std::nullopt;
}

}  // namespace flint::efi
