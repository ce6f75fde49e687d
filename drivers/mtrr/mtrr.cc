// SPDX-License-Identifier: Apache-2.0
#include "drivers/mtrr/mtrr.h"

#include <algorithm>
#include <bit>

namespace flint::mtrr {
namespace {

// [sdm 3A 11.11.1]
constexpr uint32_t kCapabilities = 0xFE;
constexpr uint64_t kVariableCountMask = 0xFF;
constexpr uint64_t kHasFixed = 1 << 8;

constexpr uint32_t kFirstBase = 0x200;
constexpr uint64_t kMaskValid = 1 << 11;

constexpr uint32_t kDefaultType = 0x2FF;
constexpr uint64_t kEnable = 1 << 11;
constexpr uint64_t kEnableFixed = 1 << 10;

constexpr uint64_t kWriteBack = 6;
constexpr uint64_t kUncached = 0;
/// Eight ranges in a register.
constexpr uint64_t kAllWriteBack = 0x0606'0606'0606'0606;

/// 0-0x9FFFF, and 0xC0000-0xFFFFF. What lies between has 0x259, and stays 0.
constexpr std::array<uint32_t, 10> kFixedRam{
    0x250, 0x258, 0x268, 0x269, 0x26A, 0x26B, 0x26C, 0x26D, 0x26E, 0x26F};

constexpr uint64_t k4Gib = uint64_t{4} << 30;

// [sdm 2A CPUID]
constexpr uint32_t kFeatureLeaf = 1;
constexpr uint32_t kHasMtrrs = 1 << 12;  // of EDX
constexpr uint32_t kMaxExtendedLeaf = 0x8000'0000;
constexpr uint32_t kAddressLeaf = 0x8000'0008;
constexpr uint32_t kDefaultAddressBits = 36;

/// No processor has more. [sdm 3A 4.1.4]
constexpr uint32_t kMaxAddressBits = 52;

}  // namespace

uint32_t AddressBits(io::Cpu& cpu) {
  if (cpu.Cpuid(kMaxExtendedLeaf).eax < kAddressLeaf) {
    return kDefaultAddressBits;
  }
  return std::min(cpu.Cpuid(kAddressLeaf).eax & 0xFF, kMaxAddressBits);
}

MemoryTypes::MemoryTypes(io::Cpu& cpu, uint64_t device_memory) {
  if ((cpu.Cpuid(kFeatureLeaf).edx & kHasMtrrs) == 0) return;
  const uint64_t capabilities = cpu.ReadMsr(kCapabilities);
  const auto variable_count =
      static_cast<size_t>(capabilities & kVariableCountMask);
  if ((capabilities & kHasFixed) == 0) return;

  for (const uint32_t index : kFixedRam) Add(index, kAllWriteBack);
  const uint64_t mask = (uint64_t{1} << AddressBits(cpu)) - 1;
  size_t used = 0;
  for (uint64_t start = device_memory; start < k4Gib; ++used) {
    if (used == variable_count || used == kMaxVariable) {
      count_ = 0;
      return;
    }
    // As long as its alignment allows, which never reaches beyond 4 GiB.
    const uint64_t size = uint64_t{1} << std::countr_zero(start);
    const auto base_index = static_cast<uint32_t>(kFirstBase + 2 * used);
    Add(base_index, start | kUncached);
    Add(base_index + 1, (~(size - 1) & mask) | kMaskValid);
    start += size;
  }
  Add(kDefaultType, kEnable | kEnableFixed | kWriteBack);
}

}  // namespace flint::mtrr
