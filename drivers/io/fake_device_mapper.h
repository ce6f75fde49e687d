// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "drivers/io/device_mapper.h"
#include "drivers/io/register_io.h"
#include "drivers/io/register_window.h"
#include "platforms/base/result.h"

namespace flint::io {

/// An address space with devices in it, for tests. What is not within one
/// device's window cannot be mapped.
class FakeDeviceMapper final : public DeviceMapper {
 public:
  struct Mapping {
    uint64_t address;
    uint64_t size_bytes;
    bool operator==(const Mapping&) const = default;
  };

  /// Puts `registers`, which must outlive the mapper, at `address`.
  void AddWindow(uint64_t address, RegisterIo& registers) {
    windows_.push_back({address, &registers});
  }

  /// Everything that was mapped, in order.
  const std::vector<Mapping>& mappings() const { return mappings_; }

  Result<RegisterIo*> Map(uint64_t address, uint64_t size_bytes) override {
    for (const Window& window : windows_) {
      const uint64_t room = window.registers->size_bytes();
      if (address < window.address || size_bytes == 0 || size_bytes > room ||
          address - window.address > room - size_bytes) {
        continue;
      }
      mappings_.push_back({address, size_bytes});
      return &views_.emplace_back(
          *window.registers, address - window.address, size_bytes);
    }
    return Fail(ErrorCode::kOutOfRange, "no device at that address");
  }

 private:
  struct Window {
    uint64_t address;
    RegisterIo* registers;
  };

  std::vector<Window> windows_;
  std::deque<RegisterWindow> views_;
  std::vector<Mapping> mappings_;
};

}  // namespace flint::io
