// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "drivers/apic/interrupt_flag.h"
#include "drivers/apic/local_apic_registers.h"
#include "drivers/io/cpu.h"
#include "drivers/io/device_mapper.h"
#include "drivers/io/register_io.h"
#include "platforms/base/result.h"

namespace flint::apic {

/// A periodic interrupt of no particular period, for those who only need to be
/// called now and then and look at a clock themselves.
///
/// Nobody knows the timer's frequency without measuring: the period is 51 ms at
/// 1 GHz (KVM, QEMU) and 2 s at 25 MHz (the slowest crystal).
///
/// Interrupts are enabled exactly while it runs.
class LocalApicTimer final {
 public:
  /// All must outlive the timer.
  struct Parts {
    io::Cpu& cpu;
    io::RegisterIo& ports;
    io::DeviceMapper& mapper;
    InterruptFlag& interrupts;
  };

  /// A timer that does not run yet; `vector`, at least 48, is whose gate in the
  /// interrupt table leads to `Acknowledge`. Fails as
  /// `LocalApicRegisters::Open` does.
  static Result<LocalApicTimer> Create(const Parts& parts, uint8_t vector);

  /// Silences the legacy controllers, starts the timer and enables interrupts.
  /// Does nothing if it runs.
  void Start();

  /// Stops the timer and disables interrupts, with nothing left pending for the
  /// next owner of the machine. Leaves the local APIC as it was found, but
  /// enabled. Does nothing if it does not run. Not for the handler.
  void Stop();

  /// For the handler, once each time it is called: lets the next one come.
  void Acknowledge() { apic_.Write<EndOfInterrupt>(0); }

  bool running() const { return running_; }

 private:
  LocalApicTimer(const Parts& parts,
                 const LocalApicRegisters& apic,
                 uint8_t vector)
      : parts_(parts), apic_(apic), vector_(vector) {}

  void LetPendingPass();

  Parts parts_;
  LocalApicRegisters apic_;
  uint8_t vector_;
  bool running_ = false;
  // What was found at the start.
  uint32_t spurious_vector_ = 0;
  uint32_t lvt_timer_ = 0;
  uint32_t divide_ = 0;
};

}  // namespace flint::apic
