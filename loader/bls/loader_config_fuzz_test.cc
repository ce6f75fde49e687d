// SPDX-License-Identifier: Apache-2.0
// Parses the input as loader.conf, and matches its pattern to all of it.
#include <cstddef>
#include <cstdint>
#include <span>

#include "loader/bls/glob.h"
#include "loader/bls/loader_config.h"
#include "platforms/base/bytes.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text =
      flint::AsText(std::as_bytes(std::span(data, size)));
  const flint::bls::LoaderConfig config = flint::bls::ParseLoaderConfig(text);
  flint::bls::MatchesGlob(config.default_pattern, text);
  return 0;
}
