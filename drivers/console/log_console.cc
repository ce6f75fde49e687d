// SPDX-License-Identifier: Apache-2.0
#include "drivers/console/log_console.h"

#include <array>
#include <cstddef>
#include <cstdint>

namespace flint::console {
namespace {

constexpr std::string_view kName = "flint: ";
constexpr std::string_view kIndent = "       ";
static_assert(kName.size() == kIndent.size());
constexpr std::string_view kLineEnd = "\r\n";

std::string_view Prefix(log::Level level) {
  switch (level) {
    case log::Level::kError:
      return "error: ";
    case log::Level::kWarning:
      return "warning: ";
    case log::Level::kInfo:
      return "";
    case log::Level::kDebug:
      return "debug: ";
  }
  return "";
}

/// Collects bytes, so that the device gets few and long writes.
class Buffer {
 public:
  explicit Buffer(TextOutput& output) : output_(output) {}
  ~Buffer() { Send(); }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;

  void Append(char character) {
    if (size_ == bytes_.size()) Send();
    bytes_[size_++] = character;
  }
  void Append(std::string_view text) {
    for (const char character : text) Append(character);
  }

 private:
  void Send() {
    if (size_ != 0) output_.Write({bytes_.data(), size_});
    size_ = 0;
  }

  TextOutput& output_;
  std::array<char, 128> bytes_;
  size_t size_ = 0;
};

/// Length of the well-formed UTF-8 character that `text` starts with, if it is
/// one that a terminal shows; 0 for control characters (C1 too) and all else.
size_t VisibleCharacterSize(std::string_view text) {
  const auto byte = [&](size_t index) -> uint8_t {
    return index < text.size() ? static_cast<uint8_t>(text[index]) : 0;
  };
  const auto continues = [&](size_t index) {
    return (byte(index) & 0xC0) == 0x80;
  };
  const uint8_t first = byte(0);
  if (first < 0x80) return first >= 0x20 && first != 0x7F ? 1 : 0;
  if (!continues(1)) return 0;
  if (first >= 0xC2 && first <= 0xDF) {
    const bool is_c1_control = first == 0xC2 && byte(1) < 0xA0;
    return is_c1_control ? 0 : 2;
  }
  if (!continues(2)) return 0;
  if (first >= 0xE0 && first <= 0xEF) {
    const bool overlong = first == 0xE0 && byte(1) < 0xA0;
    return overlong ? 0 : 3;
  }
  if (!continues(3)) return 0;
  if (first >= 0xF0 && first <= 0xF4) {
    const bool overlong = first == 0xF0 && byte(1) < 0x90;
    return overlong ? 0 : 4;
  }
  return 0;
}

void AppendLine(Buffer& out, std::string_view line) {
  while (!line.empty()) {
    if (line.front() == '\n') {
      out.Append(kLineEnd);
      out.Append(kIndent);
      line.remove_prefix(1);
      continue;
    }
    const size_t size = VisibleCharacterSize(line);
    out.Append(size == 0 ? "?" : line.substr(0, size));
    line.remove_prefix(size == 0 ? 1 : size);
  }
  out.Append(kLineEnd);
}

}  // namespace

void LogConsole::Write(log::Level level, std::string_view line) {
  Buffer out(output_);
  out.Append(kName);
  out.Append(Prefix(level));
  AppendLine(out, line);
}

}  // namespace flint::console
