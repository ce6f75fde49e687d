// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "drivers/rng/random_source.h"
#include "platforms/base/bytes.h"
#include "platforms/base/result.h"

namespace flint::rng {

/// A source of bytes that count up, for tests. Not random at all.
class FakeRandomSource final : public RandomSource {
 public:
  explicit FakeRandomSource(Quality quality) : quality_(quality) {}

  Quality quality() const override { return quality_; }

  Status Fill(MutableBytes out) override {
    std::ranges::fill(out, std::byte{0});
    if (error_) return std::unexpected(*error_);
    for (std::byte& byte : out) {
      last_ = static_cast<uint8_t>(last_ + 1);
      byte = std::byte{last_};
    }
    return {};
  }

  /// From now on there are no bytes.
  void Fail(const Error& error) { error_ = error; }

 private:
  Quality quality_;
  uint8_t last_ = 0;
  std::optional<Error> error_;
};

}  // namespace flint::rng
