// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "efi/variables/variable_area.h"
#include "efi/variables/variable_backend.h"
#include "efi/variables/variable_services.h"
#include "platforms/base/bytes.h"

namespace flint::efi {

/// Keeps the non-volatile area and a backend the same while boot services run.
class VariablePersistence final : public VariableObserver {
 public:
  /// `saved` is memory of at least the area's size, for what was stored last.
  /// All must outlive the object.
  VariablePersistence(VariableArea area,
                      MutableBytes saved,
                      VariableBackend& backend)
      : area_(area), saved_(saved), backend_(backend) {}

  /// Fills the area from the backend. If there is no image that can be used,
  /// the area is empty: a warning tells why, unless there never was one.
  void Start();

  /// Writes the area to the backend. If that fails, the area is again what it
  /// was, and the result is EFI_DEVICE_ERROR, or EFI_OUT_OF_RESOURCES if the
  /// backend has no room.
  abi::EFI_STATUS OnNonvolatileChange() override;

 private:
  void Save(Bytes image);

  VariableArea area_;
  MutableBytes saved_;
  VariableBackend& backend_;
  uint64_t saved_bytes_ = 0;
};

}  // namespace flint::efi
