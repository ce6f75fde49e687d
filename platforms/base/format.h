// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>

#include "platforms/base/result.h"

namespace flint {

/// One argument of a format call, its type erased.
class FormatArgument {
 public:
  template <std::integral T>
  constexpr FormatArgument(T value)  // NOLINT(google-explicit-constructor)
      : kind_(std::signed_integral<T> ? Kind::kSigned : Kind::kUnsigned),
        bits_(static_cast<uint64_t>(value)) {}
  constexpr FormatArgument(bool value)  // NOLINT(google-explicit-constructor)
      : FormatArgument(value ? std::string_view("true") : "false") {}
  constexpr FormatArgument(char value)  // NOLINT(google-explicit-constructor)
      : kind_(Kind::kCharacter), bits_(static_cast<uint8_t>(value)) {}
  constexpr FormatArgument(  // NOLINT(google-explicit-constructor)
      std::string_view text)
      : kind_(Kind::kText), text_(text) {}
  constexpr FormatArgument(  // NOLINT(google-explicit-constructor)
      const char* text)
      : FormatArgument(std::string_view(text)) {}
  FormatArgument(const Error& error)  // NOLINT(google-explicit-constructor)
      : FormatArgument(error.reason()) {}

 private:
  friend class Formatter;
  enum class Kind : uint8_t { kSigned, kUnsigned, kCharacter, kText };

  Kind kind_;
  uint64_t bits_ = 0;
  std::string_view text_;
};

/// Writes `format` to `out`, each `{}` replaced by the next argument, and
/// returns what was written; text that does not fit is cut.
///
/// Between the braces may stand `:`, `<` (left-aligned; text is by default) or
/// `>` (right-aligned; numbers are by default), `0` (pad with zeros), a width,
/// and `x` (hexadecimal): "{:016x}", "{:>8}". `{{` and `}}` are braces.
/// A missing argument or unknown specification is written as "{?}".
std::string_view FormatTo(std::span<char> out,
                          std::string_view format,
                          std::span<const FormatArgument> arguments);

template <typename... Arguments>
std::string_view FormatTo(std::span<char> out,
                          std::string_view format,
                          const Arguments&... arguments) {
  const std::array<FormatArgument, sizeof...(Arguments)> list{
      FormatArgument(arguments)...};
  return FormatTo(out, format, std::span<const FormatArgument>(list));
}

/// Text of bounded length, built in place: no allocation, never overflows.
template <size_t kCapacity>
class FixedText {
 public:
  constexpr FixedText() = default;
  explicit FixedText(std::string_view text) { Append(text); }

  std::string_view view() const { return {storage_.data(), size_}; }
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  /// True once something did not fit and was cut.
  bool truncated() const { return truncated_; }

  void Clear() {
    size_ = 0;
    truncated_ = false;
  }

  void Append(std::string_view text) {
    const size_t room = kCapacity - size_;
    truncated_ |= text.size() > room;
    const std::string_view fitting = text.substr(0, room);
    fitting.copy(storage_.data() + size_, fitting.size());
    size_ += fitting.size();
  }

  template <typename... Arguments>
  void AppendFormat(std::string_view format, const Arguments&... arguments) {
    const std::span<char> room = std::span(storage_).subspan(size_);
    size_ += FormatTo(room, format, arguments...).size();
    truncated_ |= size_ == kCapacity;
  }

 private:
  std::array<char, kCapacity> storage_{};
  size_t size_ = 0;
  bool truncated_ = false;
};

}  // namespace flint
