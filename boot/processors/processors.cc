// SPDX-License-Identifier: Apache-2.0
#include "boot/processors/processors.h"

#include <algorithm>
#include <atomic>
#include <cstddef>

#include "boot/processors/trampoline_format.h"
#include "drivers/apic/local_apic_registers.h"

namespace flint::processors {
namespace {

constexpr uint64_t kTimeoutNs = clock::kNanosecondsPerSecond;

constexpr memory::PageRequest kTrampolinePage{
    .page_count = 1, .max_address = 0x9'FFFF, .low_memory = true};

/// The page of a starting processor's first instruction is the vector.
constexpr uint64_t kPageShift = 12;

void StartAll(apic::LocalApicRegisters& apic, uint64_t page) {
  using Command = apic::InterruptCommand;
  apic.Write<Command>(Command::kAllButSelf | Command::kAssert | Command::kInit);
  apic.Write<Command>(Command::kAllButSelf | Command::kAssert |
                      Command::kStartUp |
                      static_cast<uint32_t>(page >> kPageShift));
}

/// Fills the page with the code and what it is to write.
Status WriteTrampoline(MutableBytes page,
                       Bytes code,
                       std::span<const mtrr::MsrValue> msrs) {
  TRY(Slice(page,
            0,
            code.size() + sizeof(TrampolineHeader) +
                msrs.size() * sizeof(TrampolineMsr)));
  std::ranges::copy(code, page.begin());
  uint64_t offset = code.size();
  TRY(WriteWire(
      page,
      offset,
      TrampolineHeader{.ready_count = uint16_t{0},
                       .msr_count = static_cast<uint16_t>(msrs.size())}));
  offset += sizeof(TrampolineHeader);
  for (const mtrr::MsrValue& msr : msrs) {
    TRY(WriteWire(
        page, offset, TrampolineMsr{.index = msr.index, .value = msr.value}));
    offset += sizeof(TrampolineMsr);
  }
  return {};
}

}  // namespace

Status Park(const Parts& parts,
            uint16_t count,
            std::span<const mtrr::MsrValue> msrs) {
  auto apic = TRY(apic::LocalApicRegisters::Open(parts.cpu, parts.mapper));
  const uint64_t address = TRY(parts.pages.Allocate(kTrampolinePage));
  const MutableBytes page =
      TRY(parts.memory.Map(address, memory::kPageSizeBytes));
  TRY(WriteTrampoline(page, parts.trampoline, msrs));
  // The others must see what was written before.
  std::atomic_thread_fence(std::memory_order_seq_cst);
  StartAll(apic, address);

  const Bytes ready_count = page.subspan(
      parts.trampoline.size() + offsetof(TrampolineHeader, ready_count));
  const clock::Deadline deadline(parts.clock, kTimeoutNs);
  while (true) {
    // Others change what is read.
    std::atomic_signal_fence(std::memory_order_seq_cst);
    if (TRY(ReadWire<Le16>(ready_count)) >= count) return {};
    if (deadline.Passed()) {
      return Fail(ErrorCode::kTimedOut, "not all processors start");
    }
  }
}

}  // namespace flint::processors
