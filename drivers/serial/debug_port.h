// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "drivers/console/text_output.h"
#include "drivers/io/register_io.h"

namespace flint::serial {

/// The hypervisor's debug port, which takes bytes and is always ready: all that
/// Xen's PVH guests can write to without rings, and QEMU's `-debugcon`.
class DebugPort final : public console::TextOutput {
 public:
  /// `ports` must outlive the object.
  explicit constexpr DebugPort(io::RegisterIo& ports) : ports_(ports) {}

  /// Whether something is there: it reads as its own number.
  bool IsPresent() { return ports_.Read8(kPort) == kPort; }

  void Write(std::string_view bytes) override {
    for (const char byte : bytes) {
      ports_.Write8(kPort, static_cast<uint8_t>(byte));
    }
  }

 private:
  static constexpr uint8_t kPort = 0xE9;

  io::RegisterIo& ports_;
};

}  // namespace flint::serial
