// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "efi/memory/pool_services.h"
#include "platforms/base/bytes.h"

namespace flint::efi::hii {

// Configuration strings: "NAME=value" or "NAME", parted by "&", in sections,
// each of which begins with GUID, NAME and PATH: whose the rest is.
// [uefi-2.10 35.2.1]

/// One name, and its value.
struct ConfigElement {
  /// From the "&" before it, if there is one, to its end.
  std::u16string_view text;
  std::u16string_view name;
  /// Nothing if there is no "=".
  std::optional<std::u16string_view> value;

  bool Is(std::u16string_view wanted) const { return name == wanted && value; }
};

class ConfigElementReader {
 public:
  explicit ConfigElementReader(std::u16string_view text) : rest_(text) {}

  /// Nothing at the end.
  std::optional<ConfigElement> Next();

  std::u16string_view remaining() const { return rest_; }

 private:
  std::u16string_view rest_;
};

/// What begins with one header, up to the next. Digits are hexadecimal.
struct ConfigSection {
  /// All of it, without the "&" before it.
  std::u16string_view text;
  std::u16string_view header = {};
  std::u16string_view guid_digits = {};
  std::u16string_view name_digits = {};
  std::u16string_view path_digits = {};
  /// What follows the header: elements, each with its "&".
  std::u16string_view body = {};
};

class ConfigSectionReader {
 public:
  explicit ConfigSectionReader(std::u16string_view text) : rest_(text) {}

  bool at_end() const { return rest_.empty(); }

  /// From the "&" before the next section on, if there is one.
  std::u16string_view remaining() const { return rest_; }

  /// Nothing if what is next is no section.
  std::optional<ConfigSection> Next();

 private:
  std::u16string_view rest_;
};

/// The number that these digits are; nothing if they are none, or too many.
std::optional<uint64_t> ParseHex(std::u16string_view digits);

/// True if each pair of digits is one of the bytes, in their order.
bool IsHexOf(std::u16string_view digits, Bytes bytes);

/// True if each four digits are a character of `text`.
bool IsHexOfText(std::u16string_view digits, std::u16string_view text);

/// Stores a number of any length as little-endian bytes. False if there is
/// something that is no digit, or it does not fit; then nothing is stored.
bool HexToBytes(std::u16string_view digits, MutableBytes out);

/// Text in a pool buffer that grows, for a caller to free.
class PoolText final {
 public:
  explicit PoolText(PoolServices& pool) : pool_(pool) {}
  ~PoolText();
  PoolText(const PoolText&) = delete;
  PoolText& operator=(const PoolText&) = delete;

  bool empty() const { return size_ == 0; }

  /// Once there is no memory, all that follows is lost, and `Release` fails.
  void Append(std::u16string_view text);
  /// Bytes as the number they are, little-endian.
  void AppendNumber(Bytes bytes);

  /// The text with its terminator, which is the caller's now; null if there was
  /// no memory.
  abi::CHAR16* Release();

 private:
  bool Reserve(size_t size);

  PoolServices& pool_;
  abi::CHAR16* text_ = nullptr;
  size_t size_ = 0;
  size_t capacity_ = 0;
  bool is_lost_ = false;
};

}  // namespace flint::efi::hii
