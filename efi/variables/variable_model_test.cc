// SPDX-License-Identifier: Apache-2.0
#include "efi/variables/variable_model.h"

#include <cstdint>
#include <random>
#include <vector>

#include "gtest/gtest.h"

namespace flint::efi {
namespace {

TEST(VariableModel, AgreesOnRandomOperations) {
  std::mt19937 random(20261123);
  for (int round = 0; round < 40; ++round) {
    std::vector<uint8_t> program(500);
    for (uint8_t& byte : program) byte = static_cast<uint8_t>(random());

    CompareWithModel(program);
  }
}

}  // namespace
}  // namespace flint::efi
