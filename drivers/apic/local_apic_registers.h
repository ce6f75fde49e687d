// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "drivers/io/cpu.h"
#include "drivers/io/device_mapper.h"
#include "drivers/io/register_io.h"
#include "platforms/base/result.h"

namespace flint::apic {

// The registers of the local APIC that we use. [sdm 3A 10.4.1]

/// Ends the interrupt that is being served; the only value is 0.
struct EndOfInterrupt : io::Register<uint32_t, 0xB0> {};

struct SpuriousVector : io::Register<uint32_t, 0xF0> {
  static constexpr Value kVectorMask = 0xFF;
  static constexpr Value kEnable = 1 << 8;
};

/// The first of eight: a bit for each vector that waits to be served.
struct InterruptRequest : io::Register<uint32_t, 0x200> {
  static constexpr uint32_t kStep = 0x10;
};

/// Its low half; writing it sends an interrupt.
struct InterruptCommand : io::Register<uint32_t, 0x300> {
  static constexpr Value kInit = 0b101 << 8;
  static constexpr Value kStartUp = 0b110 << 8;
  static constexpr Value kAssert = 1 << 14;
  static constexpr Value kAllButSelf = 0b11 << 18;
};

struct LvtTimer : io::Register<uint32_t, 0x320> {
  static constexpr Value kMasked = 1 << 16;
  static constexpr Value kPeriodic = 1 << 17;
};

/// Writing it starts the timer, or with 0 stops it.
struct InitialCount : io::Register<uint32_t, 0x380> {};

struct DivideConfiguration : io::Register<uint32_t, 0x3E0> {
  static constexpr Value kBy128 = 0b1010;
};

/// The local APIC of the processor that we run on, in the mode it is in: xAPIC
/// in memory, or x2APIC in MSRs.
class LocalApicRegisters final {
 public:
  /// kUnsupported if there is no local APIC, or it is switched off; or the
  /// mapper's error. `cpu` and `mapper` must outlive the object.
  static Result<LocalApicRegisters> Open(io::Cpu& cpu,
                                         io::DeviceMapper& mapper);

  bool is_x2apic() const { return window_ == nullptr; }

  template <typename R>
  uint32_t Read() {
    return ReadAt(R::kOffset);
  }
  template <typename R>
  void Write(uint32_t value) {
    WriteAt(R::kOffset, value);
  }

  /// Whether an interrupt of this vector waits to be served.
  bool IsRequested(uint8_t vector);

 private:
  LocalApicRegisters(io::Cpu& cpu, io::RegisterIo* window)
      : cpu_(&cpu), window_(window) {}

  uint32_t ReadAt(uint32_t offset);
  void WriteAt(uint32_t offset, uint32_t value);

  io::Cpu* cpu_;
  io::RegisterIo* window_;  // null in x2APIC mode
};

}  // namespace flint::apic
