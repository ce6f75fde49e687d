// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "boot/paging/page_tables.h"
#include "boot/paging/tlb.h"
#include "drivers/io/cpu.h"

namespace flint::cpu {

/// Leaves the early page tables for these, which must map the image and all
/// memory in use; bits that forbid execution take effect.
void UsePageTables(io::Cpu& cpu, const paging::PageTables& tables);

/// The translations of the processor we run on.
class ProcessorTlb final : public paging::Tlb {
 public:
  void Invalidate(uint64_t address, uint64_t size_bytes) override;
};

}  // namespace flint::cpu
