// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "drivers/io/register_io.h"

namespace flint::io {

/// A part of another window: one device's ports among all ports.
///
///     RegisterWindow com1(ports, 0x3F8, 8);
class RegisterWindow final : public RegisterIo {
 public:
  /// `io` must outlive the window, and [start, start + size_bytes) lie in it.
  constexpr RegisterWindow(RegisterIo& io, uint64_t start, uint64_t size_bytes)
      : io_(io), start_(start), size_bytes_(size_bytes) {}

  uint64_t size_bytes() const override { return size_bytes_; }

  uint8_t Read8(uint64_t offset) override { return io_.Read8(start_ + offset); }
  uint16_t Read16(uint64_t offset) override {
    return io_.Read16(start_ + offset);
  }
  uint32_t Read32(uint64_t offset) override {
    return io_.Read32(start_ + offset);
  }
  void Write8(uint64_t offset, uint8_t value) override {
    io_.Write8(start_ + offset, value);
  }
  void Write16(uint64_t offset, uint16_t value) override {
    io_.Write16(start_ + offset, value);
  }
  void Write32(uint64_t offset, uint32_t value) override {
    io_.Write32(start_ + offset, value);
  }

 private:
  RegisterIo& io_;
  uint64_t start_;
  uint64_t size_bytes_;
};

}  // namespace flint::io
