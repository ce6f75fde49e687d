// SPDX-License-Identifier: Apache-2.0
#include "platforms/base/log.h"

namespace flint::log {
namespace {

constexpr size_t kMaxLineSize = 256;

constinit Sink* g_sink = nullptr;
constinit Level g_level = Level::kInfo;

}  // namespace

void Configure(Sink* sink, Level level) {
  g_sink = sink;
  g_level = level;
}

bool Enabled(Level level) { return g_sink != nullptr && level <= g_level; }

namespace internal {

void Write(Level level,
           std::string_view format,
           std::span<const FormatArgument> arguments) {
  std::array<char, kMaxLineSize> line;
  g_sink->Write(level, FormatTo(line, format, arguments));
}

}  // namespace internal
}  // namespace flint::log
