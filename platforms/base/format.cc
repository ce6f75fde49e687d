// SPDX-License-Identifier: Apache-2.0
#include "platforms/base/format.h"

#include <algorithm>
#include <optional>

namespace flint {
namespace {

/// What stands between the braces.
struct Specification {
  bool hexadecimal = false;
  bool zero_padded = false;
  std::optional<bool> right_aligned;
  size_t width = 0;
};

std::optional<Specification> Parse(std::string_view text) {
  Specification result;
  if (text.empty()) return result;
  if (!text.starts_with(':')) return std::nullopt;
  text.remove_prefix(1);
  if (text.starts_with('<') || text.starts_with('>')) {
    result.right_aligned = text.starts_with('>');
    text.remove_prefix(1);
  }
  if (text.starts_with('0')) {
    result.zero_padded = true;
    text.remove_prefix(1);
  }
  while (!text.empty() && text.front() >= '0' && text.front() <= '9' &&
         result.width < 1000) {
    result.width = result.width * 10 + static_cast<size_t>(text.front() - '0');
    text.remove_prefix(1);
  }
  if (text.starts_with('x')) {
    result.hexadecimal = true;
    text.remove_prefix(1);
  }
  if (!text.empty()) return std::nullopt;
  return result;
}

}  // namespace

class Formatter {
 public:
  explicit Formatter(std::span<char> out) : out_(out) {}

  void Put(char c) {
    if (size_ < out_.size()) out_[size_++] = c;
  }

  void Put(const Specification& specification, const FormatArgument& argument) {
    switch (argument.kind_) {
      case FormatArgument::Kind::kText:
        PutPadded(specification, false, argument.text_, false);
        return;
      case FormatArgument::Kind::kCharacter: {
        const char c = static_cast<char>(argument.bits_);
        PutPadded(specification, false, {&c, 1}, false);
        return;
      }
      case FormatArgument::Kind::kSigned: {
        const bool negative = static_cast<int64_t>(argument.bits_) < 0;
        PutNumber(specification,
                  negative ? 0 - argument.bits_ : argument.bits_,
                  negative);
        return;
      }
      case FormatArgument::Kind::kUnsigned:
        PutNumber(specification, argument.bits_, false);
        return;
    }
  }

  std::string_view text() const { return {out_.data(), size_}; }

 private:
  void PutNumber(const Specification& specification,
                 uint64_t value,
                 bool negative) {
    const unsigned base = specification.hexadecimal ? 16 : 10;
    std::array<char, 20> digits;
    size_t start = digits.size();
    do {
      digits[--start] = "0123456789abcdef"[value % base];
      value /= base;
    } while (value != 0);
    PutPadded(specification,
              true,
              {digits.data() + start, digits.size() - start},
              negative);
  }

  void PutPadded(const Specification& specification,
                 bool right_by_default,
                 std::string_view text,
                 bool negative) {
    const size_t size = text.size() + (negative ? 1 : 0);
    const size_t padding =
        specification.width > size ? specification.width - size : 0;
    const bool right = specification.right_aligned.value_or(right_by_default);
    if (negative && specification.zero_padded) Put('-');
    if (right) PutTimes(specification.zero_padded ? '0' : ' ', padding);
    if (negative && !specification.zero_padded) Put('-');
    for (const char c : text) Put(c);
    if (!right) PutTimes(' ', padding);
  }

  void PutTimes(char c, size_t count) {
    for (size_t i = 0; i < count; ++i) Put(c);
  }

  std::span<char> out_;
  size_t size_ = 0;
};

std::string_view FormatTo(std::span<char> out,
                          std::string_view format,
                          std::span<const FormatArgument> arguments) {
  Formatter formatter(out);
  while (!format.empty()) {
    const char c = format.front();
    if (format.starts_with("{{") || format.starts_with("}}")) {
      formatter.Put(c);
      format.remove_prefix(2);
      continue;
    }
    const size_t end = c == '{' ? format.find('}') : std::string_view::npos;
    if (end == std::string_view::npos) {
      formatter.Put(c);
      format.remove_prefix(1);
      continue;
    }
    const auto specification = Parse(format.substr(1, end - 1));
    format.remove_prefix(end + 1);
    if (!specification || arguments.empty()) {
      formatter.Put(Specification{}, FormatArgument("{?}"));
      continue;
    }
    formatter.Put(*specification, arguments.front());
    arguments = arguments.subspan(1);
  }
  return formatter.text();
}

}  // namespace flint
