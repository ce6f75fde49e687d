// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

namespace flint::io {

/// What CPUID returns for a leaf.
struct CpuidLeaf {
  uint32_t eax = 0;
  uint32_t ebx = 0;
  uint32_t ecx = 0;
  uint32_t edx = 0;
};

/// The x86 processor as a device: the registers that drivers ask it for. The
/// firmware has `CpuRegisters`, tests have `FakeCpu`.
class Cpu {
 public:
  virtual ~Cpu() = default;

  /// The time-stamp counter, read after all earlier loads. [sdm 2B RDTSC]
  virtual uint64_t ReadTimestamp() = 0;

  /// Costs a VM exit. Leaves beyond the reported maximum return garbage.
  virtual CpuidLeaf Cpuid(uint32_t leaf) = 0;

  /// Faults unless the register exists: ask CPUID first.
  virtual uint64_t ReadMsr(uint32_t index) = 0;
  virtual void WriteMsr(uint32_t index, uint64_t value) = 0;

  /// A random number of the processor's generator; nothing if it has none just
  /// now. Faults unless CPUID offers it. [sdm 2B RDRAND]
  virtual std::optional<uint64_t> ReadRandom() = 0;

  /// The same from its noise. [sdm 2B RDSEED]
  virtual std::optional<uint64_t> ReadSeed() = 0;

  /// Tells the processor that it spins in a waiting loop. [sdm 2B PAUSE]
  virtual void Pause() = 0;
};

}  // namespace flint::io
