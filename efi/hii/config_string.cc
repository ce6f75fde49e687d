// SPDX-License-Identifier: Apache-2.0
#include "efi/hii/config_string.h"

#include <algorithm>

namespace flint::efi::hii {
namespace {

constexpr std::u16string_view kNextSection = u"&GUID=";

std::optional<uint8_t> Digit(char16_t unit) {
  if (unit >= u'0' && unit <= u'9') return static_cast<uint8_t>(unit - u'0');
  if (unit >= u'a' && unit <= u'f') {
    return static_cast<uint8_t>(unit - u'a' + 10);
  }
  if (unit >= u'A' && unit <= u'F') {
    return static_cast<uint8_t>(unit - u'A' + 10);
  }
  return std::nullopt;
}

}  // namespace

std::optional<ConfigElement> ConfigElementReader::Next() {
  if (rest_.empty()) return std::nullopt;
  const size_t start = rest_.starts_with(u'&') ? 1 : 0;
  const size_t end = std::min(rest_.find(u'&', start), rest_.size());
  ConfigElement element{.text = rest_.substr(0, end),
                        .name = rest_.substr(start, end - start),
                        .value = std::nullopt};
  const size_t equals = element.name.find(u'=');
  if (equals != std::u16string_view::npos) {
    element.value = element.name.substr(equals + 1);
    element.name = element.name.substr(0, equals);
  }
  rest_.remove_prefix(end);
  return element;
}

std::optional<ConfigSection> ConfigSectionReader::Next() {
  if (rest_.empty()) return std::nullopt;
  const size_t start = rest_.starts_with(u'&') ? 1 : 0;
  const size_t end = std::min(rest_.find(kNextSection, start), rest_.size());
  ConfigSection section{.text = rest_.substr(start, end - start)};
  ConfigElementReader reader(section.text);
  const auto guid = reader.Next();
  const auto name = reader.Next();
  const auto path = reader.Next();
  if (!guid || !guid->Is(u"GUID") || !name || !name->Is(u"NAME") || !path ||
      !path->Is(u"PATH")) {
    return std::nullopt;
  }
  section.guid_digits = *guid->value;
  section.name_digits = *name->value;
  section.path_digits = *path->value;
  section.body = reader.remaining();
  section.header =
      section.text.substr(0, section.text.size() - section.body.size());
  rest_.remove_prefix(end);
  return section;
}

std::optional<uint64_t> ParseHex(std::u16string_view digits) {
  if (digits.empty()) return std::nullopt;
  uint64_t number = 0;
  for (const char16_t unit : digits) {
    const auto digit = Digit(unit);
    if (!digit || number >> 60 != 0) return std::nullopt;
    number = number << 4 | *digit;
  }
  return number;
}

bool IsHexOf(std::u16string_view digits, Bytes bytes) {
  if (digits.size() / 2 != bytes.size() || digits.size() % 2 != 0) return false;
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (ParseHex(digits.substr(2 * i, 2)) !=
        std::to_integer<uint64_t>(bytes[i])) {
      return false;
    }
  }
  return true;
}

bool IsHexOfText(std::u16string_view digits, std::u16string_view text) {
  if (digits.size() / 4 != text.size() || digits.size() % 4 != 0) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (ParseHex(digits.substr(4 * i, 4)) != uint64_t{text[i]}) return false;
  }
  return true;
}

bool HexToBytes(std::u16string_view digits, MutableBytes out) {
  if (digits.empty()) return false;
  for (size_t i = 0; i < digits.size(); ++i) {
    // Beyond the bytes there may be zeros only.
    const auto digit = Digit(digits[digits.size() - 1 - i]);
    if (!digit || (i / 2 >= out.size() && *digit != 0)) return false;
  }
  std::ranges::fill(out, std::byte{0});
  for (size_t i = 0; i < digits.size() && i / 2 < out.size(); ++i) {
    const uint8_t digit = Digit(digits[digits.size() - 1 - i]).value_or(0);
    out[i / 2] |= static_cast<std::byte>(i % 2 == 0 ? digit : digit << 4);
  }
  return true;
}

PoolText::~PoolText() {
  if (text_ != nullptr) static_cast<void>(pool_.FreePool(text_));
}

void PoolText::Append(std::u16string_view text) {
  if (!Reserve(text.size())) return;
  std::ranges::copy(text, text_ + size_);
  size_ += text.size();
}

void PoolText::AppendNumber(Bytes bytes) {
  constexpr std::u16string_view kDigits = u"0123456789abcdef";
  if (!Reserve(2 * bytes.size())) return;
  for (size_t i = bytes.size(); i-- != 0;) {
    const auto byte = std::to_integer<uint8_t>(bytes[i]);
    text_[size_++] = kDigits[byte >> 4];
    text_[size_++] = kDigits[byte & 0xF];
  }
}

abi::CHAR16* PoolText::Release() {
  if (!Reserve(0)) return nullptr;
  text_[size_] = u'\0';
  abi::CHAR16* const text = text_;
  text_ = nullptr;
  size_ = capacity_ = 0;
  return text;
}

bool PoolText::Reserve(size_t size) {
  const size_t needed = size_ + size + 1;
  if (is_lost_) return false;
  if (needed <= capacity_) return true;
  constexpr size_t kLeast = 256;
  const size_t capacity = std::max({needed, 2 * capacity_, kLeast});
  abi::VOID* const buffer = pool_.Allocate(capacity * sizeof(abi::CHAR16));
  if (buffer == nullptr) {
    is_lost_ = true;
    return false;
  }
  auto* const text = static_cast<abi::CHAR16*>(buffer);
  if (text_ != nullptr) {
    std::ranges::copy(std::u16string_view(text_, size_), text);
    static_cast<void>(pool_.FreePool(text_));
  }
  text_ = text;
  capacity_ = capacity;
  return true;
}

}  // namespace flint::efi::hii
