// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "drivers/io/register_io.h"

namespace flint::io {

/// A window of memory-mapped device registers.
///
/// The accessors are never inlined, so that each access is one plain MOV: a
/// VMM emulates the instruction that touched the device, and not every one
/// knows more forms than that.
class Mmio final : public RegisterIo {
 public:
  /// SAFETY: the caller vouches that [address, address + size_bytes) is mapped
  /// for devices and belongs to one; every offset used lies inside.
  constexpr Mmio(uint64_t address, uint64_t size_bytes)
      : address_(address), size_bytes_(size_bytes) {}

  uint64_t address() const { return address_; }
  uint64_t size_bytes() const override { return size_bytes_; }

  [[gnu::noinline]] uint8_t Read8(uint64_t offset) override {
    return *At<uint8_t>(offset);
  }
  [[gnu::noinline]] uint16_t Read16(uint64_t offset) override {
    return *At<uint16_t>(offset);
  }
  [[gnu::noinline]] uint32_t Read32(uint64_t offset) override {
    return *At<uint32_t>(offset);
  }
  [[gnu::noinline]] void Write8(uint64_t offset, uint8_t value) override {
    *At<uint8_t>(offset) = value;
  }
  [[gnu::noinline]] void Write16(uint64_t offset, uint16_t value) override {
    *At<uint16_t>(offset) = value;
  }
  [[gnu::noinline]] void Write32(uint64_t offset, uint32_t value) override {
    *At<uint32_t>(offset) = value;
  }

 private:
  template <typename T>
  volatile T* At(uint64_t offset) const {
    // SAFETY: inside the window that the constructor's caller vouched for.
    return reinterpret_cast<volatile T*>(address_ + offset);
  }

  uint64_t address_;
  uint64_t size_bytes_;
};

}  // namespace flint::io
