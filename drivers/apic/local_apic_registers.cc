// SPDX-License-Identifier: Apache-2.0
#include "drivers/apic/local_apic_registers.h"

namespace flint::apic {
namespace {

// [sdm 2A CPUID]
constexpr uint32_t kFeatureLeaf = 1;
constexpr uint32_t kHasMsrs = 1 << 5;  // of EDX
constexpr uint32_t kHasApic = 1 << 9;

// [sdm 3A 10.4.4, 10.12.1]
constexpr uint32_t kApicBaseMsr = 0x1B;
constexpr uint64_t kX2ApicMode = 1 << 10;
constexpr uint64_t kEnabled = 1 << 11;
constexpr uint64_t kAddressMask = 0x000F'FFFF'FFFF'F000;

constexpr uint64_t kWindowBytes = 0x400;

// A register's MSR. [sdm 3A 10.12.1.2]
constexpr uint32_t MsrOf(uint32_t offset) { return 0x800 + offset / 16; }

}  // namespace

Result<LocalApicRegisters> LocalApicRegisters::Open(io::Cpu& cpu,
                                                    io::DeviceMapper& mapper) {
  constexpr uint32_t kNeeded = kHasMsrs | kHasApic;
  if ((cpu.Cpuid(kFeatureLeaf).edx & kNeeded) != kNeeded) {
    return Fail(ErrorCode::kUnsupported, "the processor has no local APIC");
  }
  const uint64_t base = cpu.ReadMsr(kApicBaseMsr);
  if ((base & kEnabled) == 0) {
    return Fail(ErrorCode::kUnsupported, "the local APIC is switched off");
  }
  if ((base & kX2ApicMode) != 0) return LocalApicRegisters(cpu, nullptr);
  return LocalApicRegisters(cpu,
                            TRY(mapper.Map(base & kAddressMask, kWindowBytes)));
}

bool LocalApicRegisters::IsRequested(uint8_t vector) {
  const uint32_t bits =
      ReadAt(InterruptRequest::kOffset + vector / 32 * InterruptRequest::kStep);
  return (bits >> vector % 32 & 1) != 0;
}

uint32_t LocalApicRegisters::ReadAt(uint32_t offset) {
  return is_x2apic() ? static_cast<uint32_t>(cpu_->ReadMsr(MsrOf(offset)))
                     : window_->Read32(offset);
}

void LocalApicRegisters::WriteAt(uint32_t offset, uint32_t value) {
  if (is_x2apic()) {
    cpu_->WriteMsr(MsrOf(offset), value);
  } else {
    window_->Write32(offset, value);
  }
}

}  // namespace flint::apic
