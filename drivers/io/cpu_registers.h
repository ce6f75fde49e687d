// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "drivers/io/cpu.h"

namespace flint::io {

/// The processor that runs us.
class CpuRegisters final : public Cpu {
 public:
  uint64_t ReadTimestamp() override {
    uint32_t low;
    uint32_t high;
    // SAFETY: reads a counter. LFENCE waits for earlier loads, so that a
    // device's register read before the counter was really read before it.
    asm volatile("lfence\n\trdtsc" : "=a"(low), "=d"(high) : : "memory");
    return Combine(low, high);
  }

  CpuidLeaf Cpuid(uint32_t leaf) override {
    CpuidLeaf result;
    // SAFETY: changes no state.
    asm volatile(
        "cpuid"
        : "=a"(result.eax), "=b"(result.ebx), "=c"(result.ecx), "=d"(result.edx)
        : "a"(leaf), "c"(0));
    return result;
  }

  uint64_t ReadMsr(uint32_t index) override {
    uint32_t low;
    uint32_t high;
    // SAFETY: callers know that the register exists.
    asm volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(index) : "memory");
    return Combine(low, high);
  }

  void WriteMsr(uint32_t index, uint64_t value) override {
    const auto low = static_cast<uint32_t>(value);
    const auto high = static_cast<uint32_t>(value >> 32);
    // SAFETY: callers know that the register exists. It may hand memory to the
    // hypervisor, which the "memory" clobber tells the compiler.
    asm volatile("wrmsr" : : "a"(low), "d"(high), "c"(index) : "memory");
  }

  std::optional<uint64_t> ReadRandom() override {
    uint64_t number;
    bool valid;
    // SAFETY: callers know that the instruction exists.
    asm volatile("rdrand %0" : "=r"(number), "=@ccc"(valid));
    return valid ? std::optional(number) : std::nullopt;
  }

  std::optional<uint64_t> ReadSeed() override {
    uint64_t number;
    bool valid;
    // SAFETY: callers know that the instruction exists.
    asm volatile("rdseed %0" : "=r"(number), "=@ccc"(valid));
    return valid ? std::optional(number) : std::nullopt;
  }

  void Pause() override {
    // SAFETY: a hint.
    asm volatile("pause" : : : "memory");
  }

 private:
  static uint64_t Combine(uint32_t low, uint32_t high) {
    return uint64_t{high} << 32 | low;
  }
};

}  // namespace flint::io
