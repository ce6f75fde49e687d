// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "boot/cpu/descriptor_formats.h"
#include "boot/cpu/exception_frame.h"

/// The privileged instructions that nothing outside boot needs.
namespace flint::cpu {

inline ControlRegisters ReadControlRegisters() {
  ControlRegisters registers;
  // SAFETY: reads only.
  asm volatile("mov %%cr0, %0" : "=r"(registers.cr0));
  asm volatile("mov %%cr2, %0" : "=r"(registers.cr2));
  asm volatile("mov %%cr3, %0" : "=r"(registers.cr3));
  asm volatile("mov %%cr4, %0" : "=r"(registers.cr4));
  return registers;
}

/// SAFETY: the tables must map what runs and what it uses.
inline void WriteCr3(uint64_t page_tables) {
  asm volatile("mov %0, %%cr3" : : "r"(page_tables) : "memory");
}

/// Forgets the translation of one address.
inline void InvalidatePage(uint64_t address) {
  // SAFETY: only costs time.
  asm volatile("invlpg (%0)" : : "r"(address) : "memory");
}

/// SAFETY: the table must stay where it is, and describe our segments as
/// bring_up.h does.
inline void LoadGlobalDescriptorTable(const TablePointer& table) {
  asm volatile("lgdt %0" : : "m"(table) : "memory");
}

/// SAFETY: as above, for the handlers.
inline void LoadInterruptDescriptorTable(const TablePointer& table) {
  asm volatile("lidt %0" : : "m"(table) : "memory");
}

/// SAFETY: the selector must be that of a task segment that is not busy.
inline void LoadTaskRegister(uint16_t selector) {
  asm volatile("ltr %0" : : "r"(selector) : "memory");
}

}  // namespace flint::cpu
