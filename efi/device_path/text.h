// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "platforms/base/bytes.h"
#include "platforms/base/guid.h"

namespace flint::efi {

/// Writes UTF-16 text into memory of the caller's. What does not fit is
/// counted, not written: written to nothing, the same calls tell the size.
class TextWriter {
 public:
  explicit TextWriter(std::span<char16_t> out) : out_(out) {}

  /// How many units have been asked for.
  size_t size() const { return size_; }

  void Put(char16_t unit) {
    if (size_ < out_.size()) out_[size_] = unit;
    ++size_;
  }
  void Put(std::string_view ascii) {
    for (const char c : ascii) Put(static_cast<char16_t>(c));
  }

  /// ASCII bytes up to the first zero.
  void PutAsciiZ(Bytes text);

  /// Little-endian UTF-16 up to the first zero.
  void PutUtf16Z(Bytes text);

  /// Upper-case digits, at least `width`, with leading zeros.
  void PutDigits(uint64_t value, size_t width = 1);

  /// "0x" and upper-case digits.
  void PutHex(uint64_t value) {
    Put("0x");
    PutDigits(value);
  }
  void PutDecimal(uint64_t value);

  /// Two digits a byte.
  void PutBytes(Bytes bytes);

  /// In upper case, as the specification writes them.
  void PutGuid(const Guid& guid);

 private:
  std::span<char16_t> out_;
  size_t size_ = 0;
};

/// Reads numbers, identifiers and bytes from a piece of UTF-16 text. What is
/// not as expected reads as zero: the specification has no error to report.
class TextReader {
 public:
  explicit TextReader(std::u16string_view text) : text_(text) {}

  std::u16string_view text() const { return text_; }
  bool empty() const { return text_.empty(); }

  bool Is(std::string_view ascii) const;
  bool StartsWith(std::string_view ascii) const;

  /// A number: hexadecimal after "0x", else decimal.
  uint64_t Integer() const;

  /// Hexadecimal digits without "0x".
  uint64_t HexDigits() const;

  /// The zero GUID if it is not one.
  Guid ReadGuid() const;

  /// Fills `out` from pairs of digits ("-" between them is skipped); missing
  /// ones are zero. Returns how many bytes there were.
  size_t ReadBytes(std::span<uint8_t> out) const;

 private:
  std::u16string_view text_;
};

/// The arguments between a node's brackets, one after the other.
class Arguments {
 public:
  explicit Arguments(std::u16string_view text) : rest_(text) {}

  /// The next argument; an empty one when there are no more. Commas within
  /// quotes part nothing, and the quotes are taken off.
  TextReader Next();

  /// All that is left, commas included.
  TextReader Rest() const { return TextReader(rest_); }

  bool empty() const { return rest_.empty(); }

 private:
  std::u16string_view rest_;
};

}  // namespace flint::efi
