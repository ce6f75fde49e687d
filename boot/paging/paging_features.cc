// SPDX-License-Identifier: Apache-2.0
#include "boot/paging/paging_features.h"

namespace flint::paging {
namespace {

// [sdm 2A CPUID]
constexpr uint32_t kMaxExtendedLeaf = 0x8000'0000;
constexpr uint32_t kExtendedFeatures = 0x8000'0001;
constexpr uint32_t kNoExecuteBit = 1 << 20;
constexpr uint32_t kGigabytePagesBit = 1 << 26;
constexpr uint32_t kAddressSizes = 0x8000'0008;

constexpr uint8_t kMinAddressBits = 36;
constexpr uint8_t kMaxAddressBits = 52;

}  // namespace

PagingFeatures ReadPagingFeatures(io::Cpu& cpu) {
  PagingFeatures features;
  const uint32_t last = cpu.Cpuid(kMaxExtendedLeaf).eax;
  if (last >= kExtendedFeatures) {
    const uint32_t edx = cpu.Cpuid(kExtendedFeatures).edx;
    features.no_execute = (edx & kNoExecuteBit) != 0;
    features.gigabyte_pages = (edx & kGigabytePagesBit) != 0;
  }
  features.physical_address_bits = kMinAddressBits;
  if (last >= kAddressSizes) {
    const auto bits = static_cast<uint8_t>(cpu.Cpuid(kAddressSizes).eax);
    if (bits >= kMinAddressBits && bits <= kMaxAddressBits) {
      features.physical_address_bits = bits;
    }
  }
  return features;
}

}  // namespace flint::paging
