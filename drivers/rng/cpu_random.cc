// SPDX-License-Identifier: Apache-2.0
#include "drivers/rng/cpu_random.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>

namespace flint::rng {
namespace {

constexpr uint32_t kFeatureLeaf = 1;
constexpr uint32_t kExtendedFeatureLeaf = 7;
constexpr uint32_t kRdrandInEcx = 1u << 30;
constexpr uint32_t kRdseedInEbx = 1u << 18;

/// Noise takes its time when all processors ask for it at once: far longer than
/// a generator, which is never without for ten times in a row.
constexpr int kMaxAttempts = 1'000;

}  // namespace

Result<CpuRandom> CpuRandom::Create(io::Cpu& cpu) {
  const uint32_t last_leaf = cpu.Cpuid(0).eax;
  const bool has_seed =
      last_leaf >= kExtendedFeatureLeaf &&
      (cpu.Cpuid(kExtendedFeatureLeaf).ebx & kRdseedInEbx) != 0;
  const bool has_random = last_leaf >= kFeatureLeaf &&
                          (cpu.Cpuid(kFeatureLeaf).ecx & kRdrandInEcx) != 0;
  if (!has_seed && !has_random) {
    return Fail(ErrorCode::kUnsupported, "processor has no random numbers");
  }
  return CpuRandom(cpu, has_seed);
}

Status CpuRandom::Fill(MutableBytes out) {
  for (MutableBytes rest = out; !rest.empty();) {
    const Result<uint64_t> number = Next();
    if (!number) {
      std::ranges::fill(out, std::byte{0});
      return std::unexpected(number.error());
    }
    const auto bytes = std::bit_cast<std::array<std::byte, 8>>(*number);
    const size_t size = std::min(rest.size(), bytes.size());
    std::copy_n(bytes.begin(), size, rest.begin());
    rest = rest.subspan(size);
  }
  return {};
}

/// A number; never the same twice in a row, by which processors that return a
/// constant are found out.
Result<uint64_t> CpuRandom::Next() {
  for (int attempt = 0; attempt < kMaxAttempts; ++attempt) {
    const std::optional<uint64_t> number =
        has_seed_ ? cpu_->ReadSeed() : cpu_->ReadRandom();
    if (number && number != previous_ && *number != 0 &&
        *number != UINT64_MAX) {
      previous_ = number;
      return *number;
    }
    cpu_->Pause();
  }
  return Fail(ErrorCode::kTimedOut, "processor gives no random numbers");
}

}  // namespace flint::rng
