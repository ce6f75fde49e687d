// SPDX-License-Identifier: Apache-2.0
#include "drivers/serial/fake_uart16550.h"

#include "gtest/gtest.h"

namespace flint::serial {

FakeUart16550::FakeUart16550(Options options) : options_(options) {
  AddRegisters();
}

void FakeUart16550::AddRegisters() {
  for (uint64_t offset = 0; offset < 8; ++offset) io_.AddRegister(offset, 8);
  io_.OnAccess([this] { Work(); });
  io_.OnWrite(0, [this](uint32_t value) { WriteData(value); });
  io_.OnRead(0, [this] { return ReadData(); });
  io_.OnWrite(1, [this](uint32_t value) { WriteInterruptEnable(value); });
  io_.OnWrite(2, [this](uint32_t value) {
    fifo_enabled_ = options_.has_fifo && (value & 1) != 0;
  });
  io_.OnRead(2, [this] { return fifo_enabled_ ? 0xC1U : 0x01U; });
  io_.OnWrite(3, [this](uint32_t value) {
    line_control_ = static_cast<uint8_t>(value);
  });
  io_.OnRead(5, [this] { return LineStatus(); });
}

void FakeUart16550::WriteData(uint32_t value) {
  if (divisor_access()) {
    divisor_ = static_cast<uint16_t>((divisor_ & 0xFF00) | value);
    return;
  }
  if (transmitter_.size() == depth()) {
    ADD_FAILURE() << "character " << value << " lost in a full transmitter";
    return;
  }
  if (transmitter_.empty()) accesses_left_ = options_.accesses_per_character;
  transmitter_.push_back(static_cast<uint8_t>(value));
  if (options_.accesses_per_character == 0 && !stopped_) SendOne();
}

uint32_t FakeUart16550::ReadData() {
  if (divisor_access()) return divisor_ & 0xFF;
  if (received_.empty()) {
    ADD_FAILURE() << "read from an empty receiver";
    return 0;
  }
  const uint8_t byte = received_.front();
  received_.pop_front();
  return byte;
}

void FakeUart16550::WriteInterruptEnable(uint32_t value) {
  if (divisor_access()) {
    divisor_ = static_cast<uint16_t>((divisor_ & 0x00FF) | value << 8);
  } else {
    interrupt_enable_ = static_cast<uint8_t>(value);
  }
}

uint32_t FakeUart16550::LineStatus() const {
  return (received_.empty() ? 0U : 0x01U) | (transmitter_.empty() ? 0x60U : 0U);
}

void FakeUart16550::Work() {
  if (transmitter_.empty() || stopped_ || --accesses_left_ > 0) return;
  SendOne();
  accesses_left_ = options_.accesses_per_character;
}

void FakeUart16550::SendOne() {
  sent_ += static_cast<char>(transmitter_.front());
  transmitter_.pop_front();
}

}  // namespace flint::serial
