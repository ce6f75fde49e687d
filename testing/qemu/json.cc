// SPDX-License-Identifier: Apache-2.0
#include "testing/qemu/json.h"

#include <charconv>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace flint::qemu {
namespace {

/// Deeper than anything QEMU sends.
constexpr int kMaximumDepth = 64;

template <typename T>
const T& Empty() {
  static const T empty;
  return empty;
}

/// Appends the UTF-8 form of a code point below 0x10000.
void AppendUtf8(unsigned code, std::string& out) {
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xc0 | (code >> 6));
    out += static_cast<char>(0x80 | (code & 0x3f));
  } else {
    out += static_cast<char>(0xe0 | (code >> 12));
    out += static_cast<char>(0x80 | ((code >> 6) & 0x3f));
    out += static_cast<char>(0x80 | (code & 0x3f));
  }
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  absl::StatusOr<Json> ParseDocument() {
    absl::StatusOr<Json> value = ParseValue(0);
    if (!value.ok()) return value;
    SkipSpace();
    if (position_ != text_.size()) return Wrong("something after the value");
    return value;
  }

 private:
  absl::Status Wrong(std::string_view what) const {
    return absl::InvalidArgumentError(
        absl::StrCat("JSON, byte ", position_, ": ", what));
  }

  void SkipSpace() {
    position_ =
        std::min(text_.find_first_not_of(" \t\r\n", position_), text_.size());
  }

  bool Take(std::string_view token) {
    SkipSpace();
    if (!text_.substr(position_).starts_with(token)) return false;
    position_ += token.size();
    return true;
  }

  absl::StatusOr<Json> ParseValue(int depth) {
    if (depth > kMaximumDepth) return Wrong("nested too deeply");
    if (Take("{")) return ParseObject(depth);
    if (Take("[")) return ParseArray(depth);
    if (Take("\"")) {
      absl::StatusOr<std::string> text = ParseString();
      if (!text.ok()) return text.status();
      return Json(*std::move(text));
    }
    if (Take("true")) return Json(true);
    if (Take("false")) return Json(false);
    if (Take("null")) return Json();
    return ParseNumber();
  }

  absl::StatusOr<Json> ParseObject(int depth) {
    Json::Object members;
    if (Take("}")) return Json(std::move(members));
    do {
      if (!Take("\"")) return Wrong("a member's name is missing");
      absl::StatusOr<std::string> name = ParseString();
      if (!name.ok()) return name.status();
      if (!Take(":")) return Wrong("':' is missing");
      absl::StatusOr<Json> value = ParseValue(depth + 1);
      if (!value.ok()) return value;
      members.insert_or_assign(*std::move(name), *std::move(value));
    } while (Take(","));
    if (!Take("}")) return Wrong("'}' is missing");
    return Json(std::move(members));
  }

  absl::StatusOr<Json> ParseArray(int depth) {
    Json::Array elements;
    if (Take("]")) return Json(std::move(elements));
    do {
      absl::StatusOr<Json> value = ParseValue(depth + 1);
      if (!value.ok()) return value;
      elements.push_back(*std::move(value));
    } while (Take(","));
    if (!Take("]")) return Wrong("']' is missing");
    return Json(std::move(elements));
  }

  /// After the opening quotation mark.
  absl::StatusOr<std::string> ParseString() {
    std::string out;
    while (position_ < text_.size()) {
      const char c = text_[position_++];
      if (c == '"') return out;
      if (c != '\\') {
        out += c;
      } else if (!ParseEscape(out)) {
        return Wrong("bad escape");
      }
    }
    return Wrong("a string does not end");
  }

  /// After the backslash.
  bool ParseEscape(std::string& out) {
    if (position_ == text_.size()) return false;
    const char c = text_[position_++];
    if (c == 'u') return ParseUnicodeEscape(out);
    static constexpr std::string_view kNames = "\"\\/bfnrt";
    static constexpr std::string_view kValues = "\"\\/\b\f\n\r\t";
    const size_t index = kNames.find(c);
    if (index == kNames.npos) return false;
    out += kValues[index];
    return true;
  }

  bool ParseUnicodeEscape(std::string& out) {
    const std::string_view digits = text_.substr(position_, 4);
    unsigned code = 0;
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
    if (error != std::errc() || end - digits.data() != 4) return false;
    position_ += 4;
    AppendUtf8(code, out);
    return true;
  }

  absl::StatusOr<Json> ParseNumber() {
    SkipSpace();
    int64_t value = 0;
    const char* const begin = text_.data() + position_;
    const char* const limit = text_.data() + text_.size();
    const auto [end, error] = std::from_chars(begin, limit, value);
    if (error != std::errc()) return Wrong("no value");
    position_ += static_cast<size_t>(end - begin);
    const size_t rest = text_.find_first_not_of(".0123456789eE+-", position_);
    position_ = std::min(rest, text_.size());
    return Json(value);
  }

  std::string_view text_;
  size_t position_ = 0;
};

}  // namespace

absl::StatusOr<Json> Json::Parse(std::string_view text) {
  return Parser(text).ParseDocument();
}

const Json& Json::operator[](std::string_view name) const {
  const auto* members = std::get_if<Object>(&value_);
  if (members == nullptr) return Empty<Json>();
  const auto member = members->find(name);
  return member == members->end() ? Empty<Json>() : member->second;
}

bool Json::boolean() const {
  const bool* value = std::get_if<bool>(&value_);
  return value != nullptr && *value;
}

int64_t Json::integer() const {
  const int64_t* value = std::get_if<int64_t>(&value_);
  return value != nullptr ? *value : 0;
}

const std::string& Json::text() const {
  const auto* value = std::get_if<std::string>(&value_);
  return value != nullptr ? *value : Empty<std::string>();
}

const Json::Array& Json::array() const {
  const auto* value = std::get_if<Array>(&value_);
  return value != nullptr ? *value : Empty<Array>();
}

std::string QuoteJson(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      absl::StrAppendFormat(&quoted, "\\u%04x", static_cast<unsigned>(c));
    } else {
      quoted += c;
    }
  }
  return quoted + "\"";
}

}  // namespace flint::qemu
