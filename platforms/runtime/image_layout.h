// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace flint::runtime {

/// A name that the linker script gives to an address. It has no value, only an
/// address, and this type lets nobody ask for anything else.
class LinkerSymbol {
 public:
  LinkerSymbol() = delete;
  LinkerSymbol(const LinkerSymbol&) = delete;
  LinkerSymbol& operator=(const LinkerSymbol&) = delete;

  uint64_t address() const {
    // SAFETY: the object is never accessed.
    return reinterpret_cast<uint64_t>(this);
  }
};

/// [address, end)
struct AddressRange {
  uint64_t address = 0;
  uint64_t end = 0;

  constexpr uint64_t size_bytes() const { return end - address; }
  constexpr bool Contains(uint64_t value) const {
    return value >= address && value < end;
  }
  friend bool operator==(const AddressRange&, const AddressRange&) = default;
};

/// Where the parts of the running image lie: whole pages, ascending, without
/// gaps. The stack grows down onto its guard.
struct ImageLayout {
  AddressRange text;
  AddressRange read_only_data;
  AddressRange data;
  AddressRange stack_guard;
  AddressRange stack;

  constexpr AddressRange whole() const { return {text.address, stack.end}; }
};

/// The layout, as the linker script made it.
ImageLayout GetImageLayout();

}  // namespace flint::runtime
