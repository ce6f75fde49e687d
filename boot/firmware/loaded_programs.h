// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "efi/image/image_loader.h"
#include "efi/runtime/loader.h"
#include "platforms/base/bytes.h"
#include "platforms/runtime/address_names.h"

namespace flint::boot {

/// The images that are loaded, for those who know nothing of UEFI: whose names
/// belong into crash dumps, and which stay when boot services end.
class LoadedPrograms final : public runtime::AddressNames,
                             public efi::RuntimeDriverSource {
 public:
  /// `images` must outlive this.
  explicit LoadedPrograms(const efi::ImageLoader& images) : images_(images) {}

  // runtime::AddressNames
  std::optional<runtime::NamedPlace> Describe(uint64_t address) const override;

  // efi::RuntimeDriverSource
  MutableBytes DriverAt(size_t index) override;

 private:
  const efi::ImageLoader& images_;
};

}  // namespace flint::boot
