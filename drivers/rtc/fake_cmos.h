// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "drivers/io/fake_register_io.h"
#include "drivers/rtc/calendar.h"

namespace flint::rtc {

/// A CMOS clock that runs: its time passes with the accesses to it.
///
/// While it updates itself its fields read as garbage, as the data sheet warns.
class FakeCmos final {
 public:
  struct Behaviour {
    /// Accesses that a second lasts, and for how many of them the clock says
    /// that it is about to change, the last of which it really changes in.
    int accesses_per_second = 400;
    int accesses_of_update = 20;
    /// A clock of some VMMs: it ignores all writes and reads 0 as status B.
    bool is_read_only = false;
    uint8_t century_register = 0x32;
  };

  /// Puts the clock at its ports, which must outlive it.
  explicit FakeCmos(io::FakeRegisterIo& ports) : FakeCmos(ports, Behaviour{}) {}
  FakeCmos(io::FakeRegisterIo& ports, const Behaviour& behaviour);

  /// Status B: the format, and whether an alarm is wanted.
  void set_status_b(uint8_t value) { status_b_ = value; }
  uint8_t status_b() const { return status_b_; }

  CalendarTime time() const { return FromSeconds(seconds_); }
  /// The second has just begun.
  void set_time(const CalendarTime& time) {
    seconds_ = ToSeconds(time);
    phase_ = 0;
  }

  /// What a register of the battery-backed memory holds.
  uint8_t& memory(uint8_t index) { return memory_[index]; }

  /// Always about to change.
  void Jam() { is_jammed_ = true; }

  /// Nothing at the ports: all reads are ones.
  void Remove() { is_removed_ = true; }

 private:
  void Tick();
  bool IsUpdating() const;
  uint8_t Read();
  void Write(uint8_t value);
  void WriteTime();
  uint8_t Encode(uint8_t value) const;
  uint8_t Decode(uint8_t value) const;
  uint8_t EncodeHour(uint8_t hour) const;
  uint8_t DecodeHour(uint8_t value) const;
  uint8_t TimeField(uint8_t index) const;

  io::FakeRegisterIo& ports_;
  Behaviour behaviour_;
  uint64_t seconds_;
  int phase_ = 0;
  uint8_t status_b_ = 0x02;
  uint8_t status_c_ = 0;
  uint8_t garbage_ = 0x3B;
  bool is_jammed_ = false;
  bool is_removed_ = false;
  std::array<uint8_t, 128> memory_{};
};

}  // namespace flint::rtc
