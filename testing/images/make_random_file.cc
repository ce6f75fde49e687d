// SPDX-License-Identifier: Apache-2.0
//
// make_random_file OUTPUT MEBIBYTES SEED
//
// Writes bytes that nothing can compress, the same for the same seed.
#include <cstdint>
#include <fstream>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "platforms/base/bytes.h"

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  // The standard defines every number this engine gives.
  std::mt19937_64 engine(std::stoul(argv[3]));
  std::vector<uint64_t> words((size_t{1} << 20) / sizeof(uint64_t));
  std::ofstream output(argv[1], std::ios::binary);
  for (uint64_t i = std::stoul(argv[2]); i > 0; --i) {
    for (uint64_t& word : words) word = engine();
    output << flint::AsText(std::as_bytes(std::span(words)));
  }
  return output.flush() ? 0 : 1;
}
