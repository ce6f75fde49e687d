// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "boot/memory/page_allocator.h"
#include "drivers/clock/clock.h"
#include "drivers/flash/find_chip.h"
#include "drivers/io/device_mapper.h"
#include "drivers/io/register_io.h"
#include "efi/runtime/loader.h"
#include "platforms/base/bytes.h"
#include "platforms/base/guest_memory.h"
#include "platforms/base/result.h"

namespace flint::boot {

/// The flash chip that the VMM keeps UEFI variables in, if it has one: looked
/// for when somebody first asks, which most boots do not.
class VariableFlash final {
 public:
  struct Parts {
    io::DeviceMapper& devices;
    clock::Clock& clock;
    memory::PageAllocator& pages;
    GuestMemory& memory;
  };

  /// All parts must outlive the object.
  explicit VariableFlash(const Parts& parts) : parts_(parts) {}

  /// Whether it holds variables that say what to boot, or how. What cannot be
  /// read does not.
  bool SaysWhatToBoot();

  /// Makes it ready to keep variables, formatted if it is blank. kNotFound if
  /// there is none, kReadOnly if it is write-protected, else as `StartNvStore`.
  Result<efi::VariableChip> Prepare();

 private:
  Status Find();

  Parts parts_;
  /// Of the one search.
  std::optional<Status> found_;
  flash::Chip chip_;
  io::RegisterIo* registers_ = nullptr;
  /// For an image of the store.
  MutableBytes image_;
};

}  // namespace flint::boot
