// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace flint::apic {

/// Whether the processor takes interrupts: boot/cpu has the real one.
class InterruptFlag {
 public:
  virtual ~InterruptFlag() = default;

  /// What is pending is taken at once.
  virtual void Enable() = 0;
  virtual void Disable() = 0;
};

}  // namespace flint::apic
