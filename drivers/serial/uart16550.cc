// SPDX-License-Identifier: Apache-2.0
#include "drivers/serial/uart16550.h"

namespace flint::serial {
namespace {

using io::Register;

/// Receiver buffer (read), transmitter holding (write). [16550 8.1]
struct Data : Register<uint8_t, 0> {};

/// Interrupt enable. [16550 8.7]
struct InterruptEnable : Register<uint8_t, 1> {
  static constexpr Value kNone = 0;
};

/// Divisor of 115200 baud; in the place of the two above while
/// `LineControl::kDivisorAccess` is set. [16550 8.3]
struct DivisorLow : Register<uint8_t, 0> {};
struct DivisorHigh : Register<uint8_t, 1> {};

/// FIFO control (write). [16550 8.5]
struct FifoControl : Register<uint8_t, 2> {
  static constexpr Value kEnable = 1 << 0;
};

/// Interrupt identification (read). [16550 8.6]
struct InterruptIdentification : Register<uint8_t, 2> {
  static constexpr Value kFifoMask = 0xC0;
  static constexpr Value kFifoWorks = 0xC0;
};

/// Line control. [16550 8.2]
struct LineControl : Register<uint8_t, 3> {
  static constexpr Value k8Bits = 3 << 0;
  static constexpr Value kDivisorAccess = 1 << 7;
};

/// Modem control. [16550 8.8]
struct ModemControl : Register<uint8_t, 4> {
  static constexpr Value kDataTerminalReady = 1 << 0;
  static constexpr Value kRequestToSend = 1 << 1;
};

/// Line status. [16550 8.4]
struct LineStatus : Register<uint8_t, 5> {
  static constexpr Value kDataReady = 1 << 0;
  static constexpr Value kTransmitterHoldingEmpty = 1 << 5;
  static constexpr Value kTransmitterEmpty = 1 << 6;
  static constexpr Value kNothingThere = 0xFF;
};

/// Scratch. [16550 8.10]
struct Scratch : Register<uint8_t, 7> {
  static constexpr Value kPattern = 0x5A;
};

constexpr uint8_t kFifoDepth = 16;

}  // namespace

bool Uart16550::OpenDivisor() {
  io_.Write<Scratch>(Scratch::kPattern);
  // A write between the two, so that a bus that repeats what it last carried
  // does not pass for a register.
  io_.Write<LineControl>(LineControl::kDivisorAccess | LineControl::k8Bits);
  return io_.Read<Scratch>() == Scratch::kPattern &&
         io_.Read<LineStatus>() != LineStatus::kNothingThere;
}

bool Uart16550::Initialize() {
  present_ = OpenDivisor();
  if (!present_) return false;
  io_.Write<DivisorLow>(1);
  io_.Write<DivisorHigh>(0);
  io_.Write<LineControl>(LineControl::k8Bits);
  io_.Write<InterruptEnable>(InterruptEnable::kNone);
  // Without the reset bits: where the FIFO is on already, characters typed
  // early stay in it.
  io_.Write<FifoControl>(FifoControl::kEnable);
  io_.Write<ModemControl>(ModemControl::kDataTerminalReady |
                          ModemControl::kRequestToSend);
  const uint8_t fifo =
      io_.Read<InterruptIdentification>() & InterruptIdentification::kFifoMask;
  depth_ = fifo == InterruptIdentification::kFifoWorks ? kFifoDepth : 1;
  room_ = 0;
  stuck_ = false;
  return true;
}

bool Uart16550::Shows(uint8_t line_status) {
  return (io_.Read<LineStatus>() & line_status) != 0;
}

bool Uart16550::WaitFor(uint8_t line_status) {
  if (Shows(line_status)) return true;
  // Having waited in vain once, only look from then on.
  if (stuck_) return false;
  for (const clock::Deadline deadline(clock_, kPatienceNs);
       !deadline.Passed();) {
    if (Shows(line_status)) return true;
  }
  return false;
}

void Uart16550::Write(std::string_view bytes) {
  if (!present_) return;
  for (const char byte : bytes) {
    if (room_ == 0) {
      stuck_ = !WaitFor(LineStatus::kTransmitterHoldingEmpty);
      if (stuck_) return;
      room_ = depth_;
    }
    io_.Write<Data>(static_cast<uint8_t>(byte));
    --room_;
  }
}

void Uart16550::Flush() {
  if (present_) WaitFor(LineStatus::kTransmitterEmpty);
}

std::optional<uint8_t> Uart16550::ReadByte() {
  if (!present_) return std::nullopt;
  const uint8_t status = io_.Read<LineStatus>();
  if (status == LineStatus::kNothingThere ||
      (status & LineStatus::kDataReady) == 0) {
    return std::nullopt;
  }
  return io_.Read<Data>();
}

}  // namespace flint::serial
