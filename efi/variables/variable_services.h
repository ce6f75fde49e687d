// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "efi/abi/runtime_services.h"
#include "efi/abi/status.h"
#include "efi/variables/variable_area.h"
#include "platforms/base/bytes.h"
#include "platforms/base/guid.h"

namespace flint::efi {

/// Who is in charge: which variables can be seen and written depends on it.
enum class VariablePhase : uint8_t {
  kBoot,     // boot services are running
  kRuntime,  // after ExitBootServices
};

/// What a non-volatile variable is to become: `kept`, which it has already, and
/// `data` behind it. Without any, it is removed.
struct VariableChange {
  VariableKey key;
  uint32_t attributes;
  Bytes kept;
  Bytes data;

  bool removes() const { return kept.empty() && data.empty(); }
};

/// How much room a store has.
struct VariableSpace {
  uint64_t capacity_bytes;
  uint64_t used_bytes;
  /// What a variable takes besides its name and data.
  uint64_t overhead_bytes;
};

/// Keeps non-volatile variables somewhere. One that writes single variables
/// does so before the area changes, one that writes all of them afterwards.
class VariableObserver {
 public:
  virtual ~VariableObserver() = default;

  /// A non-volatile variable is about to change, and there is room for it. An
  /// error leaves it as it is, and makes SetVariable fail.
  virtual abi::EFI_STATUS BeforeNonvolatileChange(const VariableChange&) {
    return abi::EFI_SUCCESS;
  }

  /// A non-volatile variable has changed. An error makes SetVariable fail;
  /// whoever returns it has put the variables back to what they were.
  virtual abi::EFI_STATUS OnNonvolatileChange() { return abi::EFI_SUCCESS; }

  /// How much room there is; nothing if the area's is all that matters.
  virtual std::optional<VariableSpace> NonvolatileSpace() {
    return std::nullopt;
  }
};

/// The four variable services over two areas of memory. [uefi-2.10 8.2]
///
/// An object is made for a call or a few: all state is in the areas. Variables
/// are enumerated non-volatile ones first, each kind in the order they were
/// made; a changed variable keeps its place.
class VariableServices final {
 public:
  VariableServices(VariableArea nonvolatile,
                   VariableArea volatiles,
                   VariablePhase phase,
                   VariableObserver* observer = nullptr)
      : nonvolatile_(nonvolatile),
        volatiles_(volatiles),
        phase_(phase),
        observer_(observer) {}

  abi::EFI_STATUS GetVariable(const abi::CHAR16* variable_name,
                              const abi::EFI_GUID* vendor_guid,
                              abi::UINT32* attributes,
                              abi::UINTN* data_size,
                              abi::VOID* data);
  abi::EFI_STATUS GetNextVariableName(abi::UINTN* variable_name_size,
                                      abi::CHAR16* variable_name,
                                      abi::EFI_GUID* vendor_guid);
  abi::EFI_STATUS SetVariable(const abi::CHAR16* variable_name,
                              const abi::EFI_GUID* vendor_guid,
                              abi::UINT32 attributes,
                              abi::UINTN data_size,
                              const abi::VOID* data);
  abi::EFI_STATUS QueryVariableInfo(
      abi::UINT32 attributes,
      abi::UINT64* maximum_variable_storage_size,
      abi::UINT64* remaining_variable_storage_size,
      abi::UINT64* maximum_variable_size);

  /// How a variable that the firmware defines differs from an ordinary one.
  enum class Kind : uint8_t {
    kOrdinary,
    kReadOnly,   // SetVariable answers EFI_WRITE_PROTECTED; volatile only
    kStoreFile,  // read-only, and reads as the image of the store
  };

  /// Makes or replaces a variable for the firmware, whose own variables obey
  /// neither phase nor write protection. EFI_OUT_OF_RESOURCES if there is no
  /// room, and what the observer returns.
  abi::EFI_STATUS Define(std::u16string_view name,
                         const Guid& vendor,
                         uint32_t attributes,
                         Bytes data,
                         Kind kind = Kind::kOrdinary);

  /// Removes a variable if it is there, whatever it is.
  abi::EFI_STATUS Undefine(std::u16string_view name, const Guid& vendor);

  /// The data of a variable, whatever the phase; valid until a change.
  std::optional<Bytes> Find(std::u16string_view name, const Guid& vendor) const;

 private:
  struct Place {
    VariableArea* area;
    VariableView view;
  };

  abi::EFI_STATUS SetChecked(const VariableKey& key,
                             uint32_t attributes,
                             Bytes data);
  std::optional<Place> Locate(const VariableKey& key);
  bool IsVisible(const VariableView& view) const;
  Bytes DataOf(const VariableView& view);
  abi::EFI_STATUS Remove(const Place& place);
  abi::EFI_STATUS Update(const Place& place, bool append, Bytes data);
  abi::EFI_STATUS Create(const VariableKey& key,
                         uint32_t attributes,
                         Bytes data);
  abi::EFI_STATUS BeforeChange(const VariableArea& area,
                               const VariableChange& change);
  abi::EFI_STATUS Changed(const VariableArea& area);
  VariableSpace SpaceOf(const VariableArea& area);

  VariableArea nonvolatile_;
  VariableArea volatiles_;
  VariablePhase phase_;
  VariableObserver* observer_;
};

}  // namespace flint::efi
