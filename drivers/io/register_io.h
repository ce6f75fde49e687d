// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstdint>

namespace flint::io {

/// A register of a device: its width and its offset in the device's window.
///
///     /// Device status. [virtio-1.2 2.1]
///     struct DeviceStatus : Register<uint8_t, 0x14> {
///       static constexpr Value kAcknowledge = 1 << 0;
///     };
template <std::unsigned_integral T, uint32_t kRegisterOffset>
struct Register {
  using Value = T;
  static constexpr uint32_t kOffset = kRegisterOffset;
};

/// Access to a window of device registers, one access of exactly the asked
/// width each. The windows are memory-mapped (`Mmio`), I/O ports (`PortIo`,
/// where the offset is the port number) or, in tests, fakes.
///
/// Offsets are trusted: callers check them against `size_bytes()` once, when
/// they take a window from a hostile device, not at each access.
class RegisterIo {
 public:
  virtual ~RegisterIo() = default;

  /// Length of the window.
  virtual uint64_t size_bytes() const = 0;

  virtual uint8_t Read8(uint64_t offset) = 0;
  virtual uint16_t Read16(uint64_t offset) = 0;
  virtual uint32_t Read32(uint64_t offset) = 0;
  virtual void Write8(uint64_t offset, uint8_t value) = 0;
  virtual void Write16(uint64_t offset, uint16_t value) = 0;
  virtual void Write32(uint64_t offset, uint32_t value) = 0;

  /// 64-bit registers as two 32-bit accesses, low half first: the one form
  /// every VMM implements. [virtio-1.2 4.1.3.1]
  uint64_t Read64(uint64_t offset) {
    const uint64_t low = Read32(offset);
    return low | uint64_t{Read32(offset + 4)} << 32;
  }
  void Write64(uint64_t offset, uint64_t value) {
    Write32(offset, static_cast<uint32_t>(value));
    Write32(offset + 4, static_cast<uint32_t>(value >> 32));
  }

  /// `io.Read<DeviceStatus>()`
  template <typename R>
  typename R::Value Read() {
    if constexpr (sizeof(typename R::Value) == 1) return Read8(R::kOffset);
    if constexpr (sizeof(typename R::Value) == 2) return Read16(R::kOffset);
    if constexpr (sizeof(typename R::Value) == 4) return Read32(R::kOffset);
    if constexpr (sizeof(typename R::Value) == 8) return Read64(R::kOffset);
  }

  /// `io.Write<DeviceStatus>(DeviceStatus::kAcknowledge)`
  template <typename R>
  void Write(typename R::Value value) {
    if constexpr (sizeof(typename R::Value) == 1) Write8(R::kOffset, value);
    if constexpr (sizeof(typename R::Value) == 2) Write16(R::kOffset, value);
    if constexpr (sizeof(typename R::Value) == 4) Write32(R::kOffset, value);
    if constexpr (sizeof(typename R::Value) == 8) Write64(R::kOffset, value);
  }
};

}  // namespace flint::io
