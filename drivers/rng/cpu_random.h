// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "drivers/io/cpu.h"
#include "drivers/rng/random_source.h"
#include "platforms/base/bytes.h"
#include "platforms/base/result.h"

namespace flint::rng {

/// The processor's random numbers: RDSEED, which is noise, where there is one,
/// else RDRAND, a generator seeded by it. [sdm 1 7.3.17]
class CpuRandom final : public RandomSource {
 public:
  /// kUnsupported: the processor, or the hypervisor, offers neither. `cpu` must
  /// outlive this.
  static Result<CpuRandom> Create(io::Cpu& cpu);

  Quality quality() const override {
    return has_seed_ ? Quality::kEntropy : Quality::kGenerator;
  }
  Status Fill(MutableBytes out) override;

 private:
  CpuRandom(io::Cpu& cpu, bool has_seed) : cpu_(&cpu), has_seed_(has_seed) {}

  Result<uint64_t> Next();

  io::Cpu* cpu_;
  bool has_seed_;
  std::optional<uint64_t> previous_;
};

}  // namespace flint::rng
