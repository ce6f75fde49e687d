// SPDX-License-Identifier: Apache-2.0
#include "drivers/apic/local_apic_timer.h"

#include "drivers/apic/legacy_interrupts.h"

namespace flint::apic {
namespace {

constexpr uint32_t kCount = 400'000;  // of 128 ticks
constexpr uint8_t kSpuriousVector = 0xFF;

// It takes one or two; an interrupt that is never taken must not hang us.
constexpr int kMaxWaits = 1000;

}  // namespace

Result<LocalApicTimer> LocalApicTimer::Create(const Parts& parts,
                                              uint8_t vector) {
  const auto apic = TRY(LocalApicRegisters::Open(parts.cpu, parts.mapper));
  return LocalApicTimer(parts, apic, vector);
}

void LocalApicTimer::Start() {
  if (running_) return;
  running_ = true;
  SilenceLegacyInterrupts(parts_.ports);
  spurious_vector_ = apic_.Read<SpuriousVector>();
  lvt_timer_ = apic_.Read<LvtTimer>();
  divide_ = apic_.Read<DivideConfiguration>();

  // First: a disabled APIC keeps everything masked. [sdm 3A 10.4.7.2]
  apic_.Write<SpuriousVector>(
      (spurious_vector_ & ~SpuriousVector::kVectorMask) |
      SpuriousVector::kEnable | kSpuriousVector);
  apic_.Write<DivideConfiguration>(DivideConfiguration::kBy128);
  apic_.Write<LvtTimer>(LvtTimer::kPeriodic | vector_);
  apic_.Write<InitialCount>(kCount);
  parts_.interrupts.Enable();
}

void LocalApicTimer::Stop() {
  if (!running_) return;
  apic_.Write<LvtTimer>(LvtTimer::kMasked | LvtTimer::kPeriodic | vector_);
  apic_.Write<InitialCount>(0);
  LetPendingPass();
  parts_.interrupts.Disable();

  apic_.Write<LvtTimer>(lvt_timer_ | LvtTimer::kMasked);
  apic_.Write<DivideConfiguration>(divide_);
  // Not disabled again: that would mask the entries for the legacy controllers
  // and non-maskable interrupts, which VMMs set up for the operating system.
  apic_.Write<SpuriousVector>(spurious_vector_ | SpuriousVector::kEnable);
  running_ = false;
}

/// One that came before it was masked would be the operating system's to find.
void LocalApicTimer::LetPendingPass() {
  // An application may have disabled them.
  parts_.interrupts.Enable();
  for (int i = 0; i < kMaxWaits && apic_.IsRequested(vector_); ++i) {
    parts_.cpu.Pause();
  }
}

}  // namespace flint::apic
