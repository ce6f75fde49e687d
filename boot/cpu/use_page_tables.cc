// SPDX-License-Identifier: Apache-2.0
#include "boot/cpu/use_page_tables.h"

#include "boot/cpu/bring_up.h"
#include "boot/cpu/control_registers.h"
#include "boot/memory/page_allocator.h"

namespace flint::cpu {
namespace {

// From about here on, forgetting everything is cheaper.
constexpr uint64_t kMaxSinglePages = 32;

}  // namespace

void UsePageTables(io::Cpu& cpu, const paging::PageTables& tables) {
  if (tables.features().no_execute) {
    // First: until then the bit is reserved, and using it faults.
    cpu.WriteMsr(MSR_EFER, cpu.ReadMsr(MSR_EFER) | EFER_NXE);
  }
  WriteCr3(tables.root());
}

void ProcessorTlb::Invalidate(uint64_t address, uint64_t size_bytes) {
  if (size_bytes > kMaxSinglePages * memory::kPageSizeBytes) {
    // We use no global pages, which would survive this. [sdm 3A 4.10.4.1]
    WriteCr3(ReadControlRegisters().cr3);
    return;
  }
  for (uint64_t at = 0; at < size_bytes; at += memory::kPageSizeBytes) {
    InvalidatePage(address + at);
  }
}

}  // namespace flint::cpu
