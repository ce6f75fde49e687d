// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "drivers/clock/tsc_frequency.h"
#include "drivers/io/fake_cpu.h"
#include "drivers/io/fake_register_io.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platforms/base/bytes.h"
#include "platforms/base/endian.h"
#include "platforms/base/fake_guest_memory.h"

namespace flint::clock {

/// A machine whose processor runs at `hz_`, and whose every register access
/// takes as long as a VM exit does. It starts with nothing that tells the time.
/// For tests of whoever asks what the time-stamp counter's frequency is.
class FakeTscMachine : public ::testing::Test {
 protected:
  static constexpr uint64_t kProcessorHz = 2'500'000'000;
  static constexpr uint64_t kSharedAddress = 0x20'0040;
  static constexpr uint32_t kKvmClockMsr = 0x11;
  static constexpr uint32_t kKvmClock2Msr = 0x4B56'4D01;
  static constexpr uint64_t kPmTimerPort = 0x608;

  FakeTscMachine() {
    cpu_.SetLeaf(0, {.eax = 0xD});
    cpu_.SetLeaf(1, {.ecx = 0});
    ports_.OnAccess([this] { cpu_.AdvanceTimestamp(hz_ / 500'000); });
  }

  // A hypervisor with nothing but a name.
  void HaveHypervisor(uint32_t max_leaf, const char (&name)[13]) {
    cpu_.SetLeaf(1, {.ecx = uint32_t{1} << 31});
    cpu_.SetLeaf(0x4000'0000, NameLeaf(max_leaf, name));
    cpu_.SetLeaf(0x4000'0100, {});
  }

  static io::CpuidLeaf NameLeaf(uint32_t max_leaf, const char (&name)[13]) {
    const auto word = [&](size_t at) {
      return *ReadWire<Le32>(AsBytes(std::string_view(name, 12)), at);
    };
    return {max_leaf, word(0), word(4), word(8)};
  }

  // KVM, which writes this scale when told where to.
  void HaveKvm(uint32_t scale, int8_t shift, uint32_t version = 2) {
    HaveHypervisor(0x4000'0001, "KVMKVMKVM\0\0\0");
    cpu_.SetLeaf(0x4000'0001, {.eax = 1 << 3});
    AddKvmMsr(kKvmClock2Msr, scale, shift, version);
  }

  // The register alone.
  void AddKvmMsr(uint32_t msr,
                 uint32_t scale,
                 int8_t shift,
                 uint32_t version = 2) {
    cpu_.AddMsr(msr, 0, [=, this](uint64_t value) {
      if ((value & 1) == 0) return;
      const auto clock = memory_.Map(value & ~uint64_t{1}, kKvmClockSizeBytes);
      ASSERT_TRUE(clock.has_value());
      ASSERT_TRUE(WriteWire(*clock, 0, Le32(version)));
      ASSERT_TRUE(WriteWire(*clock, 24, Le32(scale)));
      ASSERT_TRUE(WriteWire(*clock, 28, static_cast<uint8_t>(shift)));
    });
  }

  // What a counter of this speed shows now.
  uint64_t Count(uint64_t counter_hz) const {
    return static_cast<uint64_t>(static_cast<long double>(cpu_.timestamp()) *
                                 counter_hz / hz_);
  }

  // A PM timer that shows `start` now.
  void HavePmTimer(bool is_32_bit, uint64_t start = 0) {
    ports_.AddRegister(
        kPmTimerPort, 32, 0, is_32_bit ? 0xFFFF'FFFF : 0x00FF'FFFF);
    const uint64_t offset = start - Count(3'579'545);
    ports_.OnRead(kPmTimerPort, [=, this] {
      return static_cast<uint32_t>(Count(3'579'545) + offset);
    });
    hardware_.pm_timer = PmTimer{{&ports_, kPmTimerPort}, is_32_bit};
  }

  // An interval timer; the speaker's control is 0x22.
  void HavePit() {
    ports_.AddRegister(0x61, 8, 0x22, 0x0F);
    ports_.AddRegister(0x43, 8);
    ports_.AddRegister(0x42, 8);
    ports_.OnWrite(0x43, [this](uint32_t command) {
      high_byte_ = false;
      if (command == 0x80) latch_ = PitCount();
      if (command == 0xB0) pit_started_ = false;
    });
    ports_.OnWrite(0x42, [this](uint32_t value) {
      pit_initial_ = pit_initial_ >> 8 | value << 8;
      if (high_byte_) {
        pit_start_ = Count(1'193'182);
        pit_started_ = true;
      }
      high_byte_ = !high_byte_;
    });
    ports_.OnRead(0x42, [this] {
      const uint32_t byte = high_byte_ ? latch_ >> 8 : latch_ & 0xFF;
      high_byte_ = !high_byte_;
      return byte;
    });
  }

  uint32_t PitCount() const {
    const bool gate = (ports_.value(0x61) & 1) != 0;
    if (!pit_started_ || !gate) return pit_initial_;
    return (pit_initial_ -
            static_cast<uint32_t>(Count(1'193'182) - pit_start_)) &
           0xFFFF;
  }

  TscFrequency Find() { return FindTscFrequency(hardware_); }

  static auto Is(TscSource source, uint64_t hz) {
    return ::testing::AllOf(::testing::Field(&TscFrequency::source, source),
                            ::testing::Field(&TscFrequency::hz, hz));
  }

  // Within a percent.
  static auto IsAbout(TscSource source, uint64_t hz) {
    const auto close = ::testing::AllOf(::testing::Ge(hz - hz / 100),
                                        ::testing::Le(hz + hz / 100));
    return ::testing::AllOf(::testing::Field(&TscFrequency::source, source),
                            ::testing::Field(&TscFrequency::hz, close));
  }

  uint64_t hz_ = kProcessorHz;
  io::FakeCpu cpu_;
  io::FakeRegisterIo ports_{0x10000, io::FakeRegisterIo::Empty::kReadsAllOnes};
  FakeGuestMemory memory_;
  TscHardware hardware_{
      .cpu = cpu_,
      .ports = ports_,
      .memory = memory_,
      .kvm_clock = memory_.AddRegion(kSharedAddress, kKvmClockSizeBytes),
      .pm_timer = std::nullopt};
  uint32_t pit_initial_ = 0;
  uint64_t pit_start_ = 0;
  uint32_t latch_ = 0;
  bool pit_started_ = false;
  bool high_byte_ = false;
};

}  // namespace flint::clock
