// SPDX-License-Identifier: Apache-2.0
#include "drivers/clock/measured_frequency.h"

#include <array>
#include <span>

#include "platforms/base/heap_sort.h"

namespace flint::clock {
namespace {

/// A counter of known speed, counting up, modulo `mask` + 1.
class ReferenceCounter {
 public:
  virtual ~ReferenceCounter() = default;

  virtual uint32_t Read() = 0;

  uint32_t hz() const { return hz_; }
  uint32_t mask() const { return mask_; }

 protected:
  ReferenceCounter(uint32_t hz, uint32_t mask) : hz_(hz), mask_(mask) {}

 private:
  uint32_t hz_;
  uint32_t mask_;
};

/// [acpi-6.5 4.8.3.3]
class PmTimerCounter final : public ReferenceCounter {
 public:
  explicit PmTimerCounter(const PmTimer& timer)
      : ReferenceCounter(3'579'545,
                         timer.is_32_bit ? 0xFFFF'FFFF : 0x00FF'FFFF),
        counter_(timer.counter) {}

  uint32_t Read() override { return counter_.io->Read32(counter_.offset); }

 private:
  io::RegisterAddress counter_;
};

/// Channel 2 of the 8254. [i8254]
class PitCounter final : public ReferenceCounter {
 public:
  /// Starts the channel from its highest count, the speaker disconnected.
  explicit PitCounter(io::RegisterIo& ports)
      : ReferenceCounter(1'193'182, 0xFFFF),
        ports_(ports),
        old_control_(ports.Read<SpeakerControl>()) {
    ports_.Write<SpeakerControl>(
        (old_control_ & ~SpeakerControl::kSpeaker & SpeakerControl::kWritable) |
        SpeakerControl::kGate);
    ports_.Write<Command>(Command::kCountDownOnce);
    ports_.Write<Count>(0xFF);
    ports_.Write<Count>(0xFF);
  }
  ~PitCounter() override {
    ports_.Write<SpeakerControl>(old_control_ & SpeakerControl::kWritable);
  }
  PitCounter(const PitCounter&) = delete;
  PitCounter& operator=(const PitCounter&) = delete;

  uint32_t Read() override {
    ports_.Write<Command>(Command::kLatch);
    const uint32_t low = ports_.Read<Count>();
    const uint32_t high = ports_.Read<Count>();
    return ~(high << 8 | low) & mask();  // it counts down
  }

 private:
  struct Count : io::Register<uint8_t, 0x42> {};
  struct Command : io::Register<uint8_t, 0x43> {
    // Channel 2; low then high byte, mode 0, binary; or latch the count.
    static constexpr Value kCountDownOnce = 0xB0;
    static constexpr Value kLatch = 0x80;
  };
  struct SpeakerControl : io::Register<uint8_t, 0x61> {
    static constexpr Value kGate = 1 << 0;
    static constexpr Value kSpeaker = 1 << 1;
    static constexpr Value kWritable = 0x0F;
  };

  io::RegisterIo& ports_;
  uint8_t old_control_;
};

constexpr uint32_t kWindowsPerSecond = 4'000;
constexpr size_t kWindowCount = 3;

// A counter that takes longer for a window does not count: 40 GHz otherwise.
constexpr uint64_t kMaxWindowTicks = 10'000'000;
// And should the time-stamp counter stand still, too.
constexpr int kMaxReadings = 100'000;

/// The frequency by one window of 1/`kWindowsPerSecond` s.
std::optional<uint64_t> MeasureWindow(io::Cpu& cpu, ReferenceCounter& counter) {
  const uint32_t target = counter.hz() / kWindowsPerSecond;
  const uint32_t start_count = counter.Read();
  const uint64_t start_ticks = cpu.ReadTimestamp();
  for (int reading = 0; reading < kMaxReadings; ++reading) {
    const uint32_t count = (counter.Read() - start_count) & counter.mask();
    const uint64_t ticks = cpu.ReadTimestamp() - start_ticks;
    if (count >= target) return ticks * counter.hz() / count;
    if (ticks > kMaxWindowTicks) return std::nullopt;
    cpu.Pause();
  }
  return std::nullopt;
}

/// The median of some windows: the host may take the processor away between a
/// reading of one counter and of the other, but hardly in every second window.
std::optional<uint64_t> Measure(io::Cpu& cpu, ReferenceCounter& counter) {
  std::array<uint64_t, kWindowCount> measured;
  for (uint64_t& hz : measured) {
    const std::optional<uint64_t> window_hz = MeasureWindow(cpu, counter);
    if (!window_hz) return std::nullopt;
    hz = *window_hz;
  }
  HeapSort(std::span(measured));
  return measured[kWindowCount / 2];
}

}  // namespace

std::optional<uint64_t> MeasureWithPmTimer(io::Cpu& cpu, const PmTimer& timer) {
  PmTimerCounter counter(timer);
  return Measure(cpu, counter);
}

std::optional<uint64_t> MeasureWithPit(io::Cpu& cpu, io::RegisterIo& ports) {
  PitCounter counter(ports);
  return Measure(cpu, counter);
}

}  // namespace flint::clock
