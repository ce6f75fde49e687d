// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "platforms/base/bytes.h"
#include "platforms/base/result.h"

namespace flint::rng {

/// What the bytes of a source are.
enum class Quality : uint8_t {
  kEntropy,    // as good as the noise they come from, every bit of them
  kGenerator,  // of a deterministic generator that noise reseeds
};

/// A device that makes bytes nobody can predict.
class RandomSource {
 public:
  virtual ~RandomSource() = default;

  virtual Quality quality() const = 0;

  /// Fills `out`. kDeviceError, kTimedOut: not all could be had; then all of it
  /// is zeros.
  virtual Status Fill(MutableBytes out) = 0;
};

}  // namespace flint::rng
