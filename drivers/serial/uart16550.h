// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "drivers/clock/clock.h"
#include "drivers/console/text_input.h"
#include "drivers/console/text_output.h"
#include "drivers/io/register_io.h"

namespace flint::serial {

/// Where a PC has its first serial port, and how many I/O ports it takes.
inline constexpr uint16_t kCom1Port = 0x3F8;
inline constexpr uint16_t kPortCount = 8;

/// A 16550 serial port, or its ancestor without FIFO. [16550]
///
/// Polled, no interrupts. Every register access is a VM exit, so output reads
/// the line status once for as many characters as the transmitter holds, not
/// once for each.
class Uart16550 final : public console::TextOutput, public console::TextInput {
 public:
  /// `io` is the device's window of 8 byte-wide registers. Both must outlive
  /// the port. Touches nothing yet: until `Initialize` the port is silent.
  constexpr Uart16550(io::RegisterIo& io, clock::Clock& clock)
      : io_(io), clock_(clock) {}

  /// Sets 115200 baud, 8 data bits, no parity, one stop bit, FIFO on,
  /// interrupts off. False if there is no such device: then the port stays
  /// silent, and reading finds nothing.
  bool Initialize();

  bool present() const { return present_; }

  /// Sends the bytes. Waits for the transmitter at most `kPatienceNs` at a
  /// time; a port that never gets ready (nobody takes the other end's bytes)
  /// swallows what follows until it is ready again.
  void Write(std::string_view bytes) override;

  /// Waits until the last bit has left, at most `kPatienceNs`.
  void Flush() override;

  std::optional<uint8_t> ReadByte() override;

 private:
  /// A program that reads the other end on a busy host may get its turn only
  /// after many times what 16 characters take on a real line.
  static constexpr uint64_t kPatienceNs =
      1000 * clock::kNanosecondsPerMillisecond;

  // True if there is a device, which then shows its divisor.
  bool OpenDivisor();
  bool Shows(uint8_t line_status);
  bool WaitFor(uint8_t line_status);

  io::RegisterIo& io_;
  clock::Clock& clock_;
  // Characters the transmitter takes when it is empty.
  uint8_t depth_ = 1;
  // Characters it takes now, as far as we know without asking.
  uint8_t room_ = 0;
  bool present_ = false;
  bool stuck_ = false;
};

}  // namespace flint::serial
