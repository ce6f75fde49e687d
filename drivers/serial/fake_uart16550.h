// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>

#include "drivers/io/fake_register_io.h"
#include "drivers/io/register_io.h"

namespace flint::serial {

/// The device side of a 16550: registers that hide each other, a transmitter
/// that holds what it can and loses the rest, a line that takes one character
/// per so many register accesses.
///
/// Stricter than a real one: a character written to a full transmitter, or
/// while the divisor hides the data register, fails the test.
class FakeUart16550 final {
 public:
  struct Options {
    bool has_fifo = true;
    /// Register accesses until the line has taken a character; 0 means at
    /// once, as a VMM does.
    int accesses_per_character = 0;
  };

  FakeUart16550() : FakeUart16550(Options{}) {}
  explicit FakeUart16550(Options options);

  io::FakeRegisterIo& io() { return io_; }

  /// Everything that has left on the line.
  const std::string& sent() const { return sent_; }

  /// A key is pressed.
  void Receive(uint8_t byte) { received_.push_back(byte); }

  /// The far end stops, or goes on, taking characters.
  void set_stopped(bool stopped) { stopped_ = stopped; }

  uint16_t divisor() const { return divisor_; }
  uint8_t line_control() const { return line_control_; }
  uint8_t interrupt_enable() const { return interrupt_enable_; }

 private:
  void AddRegisters();
  void WriteData(uint32_t value);
  uint32_t ReadData();
  void WriteInterruptEnable(uint32_t value);
  uint32_t LineStatus() const;
  void Work();
  void SendOne();
  bool divisor_access() const { return (line_control_ & 0x80) != 0; }
  size_t depth() const { return fifo_enabled_ ? 16 : 1; }

  Options options_;
  io::FakeRegisterIo io_{8};
  std::deque<uint8_t> transmitter_;
  std::deque<uint8_t> received_;
  std::string sent_;
  int accesses_left_ = 0;
  bool stopped_ = false;
  bool fifo_enabled_ = false;
  uint16_t divisor_ = 12;
  uint8_t line_control_ = 0;
  uint8_t interrupt_enable_ = 0x05;
};

}  // namespace flint::serial
