// SPDX-License-Identifier: Apache-2.0
// Runs a fuzz target on each file named on the command line, and on prefixes of
// it: a corpus is a test in every configuration.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

int main(int argc, char** argv) {
  LLVMFuzzerTestOneInput(nullptr, 0);
  for (int i = 1; i < argc; ++i) {
    std::ifstream file(argv[i], std::ios::binary);
    if (!file) {
      std::fprintf(stderr, "cannot open %s\n", argv[i]);
      return 1;
    }
    const std::vector<char> text{std::istreambuf_iterator<char>(file), {}};
    std::vector<uint8_t> bytes(text.begin(), text.end());
    LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
    // An own allocation each, so that a read past the end is seen.
    for (size_t size = bytes.size(); size > 0; size /= 2) {
      const std::vector<uint8_t> prefix(bytes.begin(),
                                        bytes.begin() + ptrdiff_t(size));
      LLVMFuzzerTestOneInput(prefix.data(), prefix.size());
    }
  }
  std::printf("%d inputs replayed\n", argc - 1);
  return 0;
}
