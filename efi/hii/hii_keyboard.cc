// SPDX-License-Identifier: Apache-2.0
//
// Keyboard layouts, of which the database only knows what packages say: it
// drives no keyboard. Who does waits for the event.

#include <algorithm>
#include <cstring>

#include "efi/hii/hii_database.h"

namespace flint::efi {
namespace {

using abi::EFI_GUID;
using abi::EFI_STATUS;
using abi::UINT16;
using hii::KeyboardLayout;
using hii::Package;
using hii::PackageList;

/// Calls `visit(const KeyboardLayout&)` for each layout until it returns true.
template <typename Visitor>
void ForEachLayout(const hii::PackageStore& store, Visitor visit) {
  for (const PackageList* list = store.lists().front(); list != nullptr;
       list = store.lists().Next(*list)) {
    for (const Package* package = list->packages.front(); package != nullptr;
         package = list->packages.Next(*package)) {
      if (package->type != abi::EFI_HII_PACKAGE_KEYBOARD_LAYOUT) continue;
      hii::KeyboardLayoutReader reader(package->bytes);
      while (const auto layout = reader.Next()) {
        if (visit(*layout)) return;
      }
    }
  }
}

}  // namespace

EFI_STATUS HiiDatabase::FindLayouts(UINT16* size_bytes, EFI_GUID* guids) {
  if (size_bytes == nullptr || (*size_bytes != 0 && guids == nullptr)) {
    return abi::EFI_INVALID_PARAMETER;
  }
  constexpr size_t kMaxCount = UINT16_MAX / sizeof(EFI_GUID);
  const size_t room = *size_bytes / sizeof(EFI_GUID);
  size_t count = 0;
  ForEachLayout(store_, [&](const KeyboardLayout& layout) {
    if (count < room) guids[count] = layout.guid;
    ++count;
    return count == kMaxCount;
  });
  *size_bytes = static_cast<UINT16>(count * sizeof(EFI_GUID));
  return count > room ? abi::EFI_BUFFER_TOO_SMALL : abi::EFI_SUCCESS;
}

EFI_STATUS HiiDatabase::GetLayout(const EFI_GUID* guid,
                                  UINT16* size_bytes,
                                  abi::VOID* layout) {
  if (size_bytes == nullptr || (*size_bytes != 0 && layout == nullptr)) {
    return abi::EFI_INVALID_PARAMETER;
  }
  if (guid == nullptr && !current_layout_) return abi::EFI_NOT_FOUND;
  const auto found = FindLayout(guid == nullptr ? *current_layout_ : *guid);
  if (!found) return abi::EFI_NOT_FOUND;
  const size_t room = *size_bytes;
  *size_bytes = static_cast<UINT16>(found->bytes.size());
  if (found->bytes.size() > room) return abi::EFI_BUFFER_TOO_SMALL;
  std::memcpy(layout, found->bytes.data(), found->bytes.size());
  return abi::EFI_SUCCESS;
}

EFI_STATUS HiiDatabase::SetLayout(const EFI_GUID* guid) {
  if (guid == nullptr) return abi::EFI_INVALID_PARAMETER;
  if (!FindLayout(*guid)) return abi::EFI_NOT_FOUND;
  current_layout_ = *guid;
  events_.SignalGroup(abi::EFI_HII_SET_KEYBOARD_LAYOUT_EVENT_GUID);
  return abi::EFI_SUCCESS;
}

std::optional<KeyboardLayout> HiiDatabase::FindLayout(const Guid& guid) {
  std::optional<KeyboardLayout> found;
  ForEachLayout(store_, [&](const KeyboardLayout& layout) {
    if (layout.guid == guid) found = layout;
    return found.has_value();
  });
  return found;
}

}  // namespace flint::efi
