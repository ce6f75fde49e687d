// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <utility>

#include "drivers/apic/interrupt_flag.h"
#include "drivers/io/fake_cpu.h"
#include "drivers/io/fake_device_mapper.h"
#include "drivers/io/fake_register_io.h"
#include "gtest/gtest.h"

namespace flint::apic {

/// A processor's local APIC and its interrupt flag, for tests: what software
/// and the passing of time do to its timer and to interrupts.
///
/// Strict about what a processor faults at or ignores: an end of interrupt must
/// be 0 and end one; entries are masked while the APIC is disabled.
class FakeLocalApic final : public InterruptFlag {
 public:
  enum class Mode : uint8_t { kXApic, kX2Apic };

  static constexpr uint64_t kAddress = 0xFEE0'0000;
  static constexpr uint32_t kEndOfInterrupt = 0xB0;
  static constexpr uint32_t kSpuriousVector = 0xF0;
  static constexpr uint32_t kInterruptRequest = 0x200;
  static constexpr uint32_t kLvtTimer = 0x320;
  static constexpr uint32_t kLvtLint0 = 0x350;
  static constexpr uint32_t kInitialCount = 0x380;
  static constexpr uint32_t kDivide = 0x3E0;

  static constexpr uint32_t kSoftwareEnable = 1 << 8;
  static constexpr uint32_t kMasked = 1 << 16;

  /// As after a reset, but for LINT0, which is as VMMs set it. [sdm
  /// 3A 10.4.7.1]
  FakeLocalApic(Mode mode, io::FakeCpu& cpu, io::FakeDeviceMapper& mapper)
      : mode_(mode), cpu_(cpu) {
    cpu.SetLeaf(1, {.edx = 1 << 5 | 1 << 9});
    cpu.AddMsr(0x1B,
               kAddress | 1 << 11 | 1 << 8 |
                   (mode == Mode::kX2Apic ? uint64_t{1} << 10 : 0));
    if (mode == Mode::kXApic) mapper.AddWindow(kAddress, window_);
    for (const uint32_t offset : {kInitialCount, kDivide}) Add(offset, 0);
    Add(kSpuriousVector, 0xFF, [this](uint32_t value) {
      if ((value & kSoftwareEnable) != 0) return;
      Set(kLvtTimer, Get(kLvtTimer) | kMasked);
      Set(kLvtLint0, Get(kLvtLint0) | kMasked);
    });
    Add(kLvtTimer, kMasked, [this](uint32_t value) {
      if (!enabled()) Set(kLvtTimer, value | kMasked);
    });
    Add(kLvtLint0, 0x700);
    Add(kEndOfInterrupt, 0, [this](uint32_t value) {
      EXPECT_EQ(value, 0U) << "ends an interrupt by a value that faults";
      EXPECT_NE(in_service_, 0) << "ends an interrupt that is not served";
      in_service_ = 0;
    });
    for (uint32_t word = 0; word < 8; ++word) {
      Add(kInterruptRequest + word * 0x10, 0);
    }
  }

  /// Runs when an interrupt is taken, interrupts off, with its vector.
  void OnInterrupt(std::function<void(uint8_t vector)> handler) {
    handler_ = std::move(handler);
  }

  /// A period is over. True if the timer runs and is not masked.
  bool Tick() {
    const uint32_t entry = Get(kLvtTimer);
    if (Get(kInitialCount) == 0 || (entry & kMasked) != 0) return false;
    const uint32_t offset = RequestOffset(static_cast<uint8_t>(entry));
    Set(offset, Get(offset) | 1U << (entry & 31));
    TakePending();
    return true;
  }

  bool interrupts_on() const { return interrupts_on_; }

  /// A register's value, read without being noticed.
  uint32_t Get(uint32_t offset) const {
    return mode_ == Mode::kXApic
               ? window_.value(offset)
               : static_cast<uint32_t>(cpu_.msr(MsrOf(offset)));
  }
  void Set(uint32_t offset, uint32_t value) {
    if (mode_ == Mode::kXApic) {
      window_.set_value(offset, value);
    } else {
      cpu_.SetMsr(MsrOf(offset), value);
    }
  }

  void Enable() override {
    interrupts_on_ = true;
    TakePending();
  }
  void Disable() override { interrupts_on_ = false; }

 private:
  using Hook = std::function<void(uint32_t value)>;

  static uint32_t MsrOf(uint32_t offset) { return 0x800 + (offset >> 4); }
  static uint32_t RequestOffset(uint8_t vector) {
    return kInterruptRequest + vector / 32U * 0x10;
  }

  bool enabled() const { return (Get(kSpuriousVector) & kSoftwareEnable) != 0; }

  void Add(uint32_t offset, uint32_t value, const Hook& hook = nullptr) {
    if (mode_ == Mode::kXApic) {
      window_.AddRegister(offset, 32, value);
      if (hook) window_.OnWrite(offset, hook);
    } else {
      io::FakeCpu::MsrWriteHook wide;
      if (hook) {
        wide = [hook](uint64_t bits) { hook(static_cast<uint32_t>(bits)); };
      }
      cpu_.AddMsr(MsrOf(offset), value, wide);
    }
  }

  // Highest vector first; as there is one source, priorities do not matter.
  void TakePending() {
    for (int vector = 255; vector >= 16; --vector) {
      const uint32_t offset = RequestOffset(static_cast<uint8_t>(vector));
      const uint32_t bit = 1U << (vector & 31);
      if (!interrupts_on_ || in_service_ != 0) return;
      if ((Get(offset) & bit) == 0) continue;
      Set(offset, Get(offset) & ~bit);
      in_service_ = vector;
      interrupts_on_ = false;
      if (handler_) handler_(static_cast<uint8_t>(vector));
      interrupts_on_ = true;
    }
  }

  Mode mode_;
  io::FakeCpu& cpu_;
  io::FakeRegisterIo window_{0x1000};
  std::function<void(uint8_t)> handler_;
  bool interrupts_on_ = false;
  int in_service_ = 0;
};

}  // namespace flint::apic
