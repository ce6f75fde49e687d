// SPDX-License-Identifier: Apache-2.0
#include "boot/testing/timer_case.h"

#include "boot/cpu/timer_interrupt.h"
#include "drivers/apic/local_apic_timer.h"
#include "drivers/io/port_io.h"

extern "C" {
// interrupted_loop.S
uint64_t flint_run_interrupted(const uint64_t* count, uint64_t until);
}

namespace flint::boot {
namespace {

constexpr uint64_t kTicks = 3;

class Counter final : public cpu::TimerHandler {
 public:
  explicit Counter(apic::LocalApicTimer& timer) : timer_(timer) {}

  void OnTimer() override {
    timer_.Acknowledge();
    ++count_;
  }

  const uint64_t& count() const { return count_; }

 private:
  apic::LocalApicTimer& timer_;
  uint64_t count_ = 0;
};

}  // namespace

Result<TimerReport> UseTimer(io::Cpu& processor, io::DeviceMapper& mapper) {
  io::PortIo ports;
  cpu::ProcessorInterrupts interrupts;
  auto timer = TRY(apic::LocalApicTimer::Create({.cpu = processor,
                                                 .ports = ports,
                                                 .mapper = mapper,
                                                 .interrupts = interrupts},
                                                cpu::kTimerVector));
  Counter counter(timer);
  cpu::SetTimerHandler(&counter);

  const uint64_t start = processor.ReadTimestamp();
  timer.Start();
  const uint64_t changes = flint_run_interrupted(&counter.count(), kTicks);
  timer.Stop();
  const uint64_t end = processor.ReadTimestamp();
  const uint64_t ticks = counter.count();

  // A timer that did not stop would be heard.
  interrupts.Enable();
  while (processor.ReadTimestamp() - end < end - start) processor.Pause();
  interrupts.Disable();
  cpu::SetTimerHandler(nullptr);
  return TimerReport{.ticks = ticks,
                     .later_ticks = counter.count() - ticks,
                     .changes = changes};
}

}  // namespace flint::boot
