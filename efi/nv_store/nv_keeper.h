// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "drivers/clock/clock.h"
#include "drivers/flash/cfi_flash.h"
#include "drivers/flash/cfi_query.h"
#include "drivers/io/register_io.h"
#include "efi/abi/status.h"
#include "efi/variables/variable_services.h"
#include "platforms/base/bytes.h"
#include "platforms/base/result.h"

namespace flint::efi {

/// Writes each change of a non-volatile variable to flash before it happens in
/// memory. Works while boot services run and afterwards.
///
/// It remembers nothing, and leaves the chip in its read mode: others may use
/// the chip between two calls.
class NvKeeper final : public VariableObserver {
 public:
  struct Parts {
    io::RegisterIo& chip;
    flash::CfiGeometry geometry;
    clock::Clock& clock;
    /// For an image of the store: see `NvStore::Open`.
    MutableBytes image;
    /// Told why a change cannot be written, if there is one.
    void (*on_failure)(const Error& error) = nullptr;
  };

  /// What the parts refer to must outlive the keeper.
  explicit NvKeeper(const Parts& parts) : parts_(parts) {}

  abi::EFI_STATUS BeforeNonvolatileChange(
      const VariableChange& change) override;
  std::optional<VariableSpace> NonvolatileSpace() override;

 private:
  Status Write(const VariableChange& change);
  flash::CfiFlash Chip() const {
    return flash::CfiFlash(parts_.chip, parts_.geometry, parts_.clock);
  }

  Parts parts_;
};

}  // namespace flint::efi
