// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"

namespace flint::qemu {

/// A JSON value, as far as QEMU's machine protocol needs it. [rfc 8259]
///
/// Numbers are signed 64-bit integers; QMP's rare fractions are cut to them.
class Json {
 public:
  using Array = std::vector<Json>;
  using Object = std::map<std::string, Json, std::less<>>;

  /// Null.
  Json() = default;
  explicit Json(bool value) : value_(value) {}
  explicit Json(int64_t value) : value_(value) {}
  explicit Json(std::string value) : value_(std::move(value)) {}
  explicit Json(Array value) : value_(std::move(value)) {}
  explicit Json(Object value) : value_(std::move(value)) {}

  /// The one value that `text` holds; InvalidArgument says what is wrong where.
  static absl::StatusOr<Json> Parse(std::string_view text);

  /// The member `name`, or null if this is no object or has none: chains of
  /// lookups need no checks.
  const Json& operator[](std::string_view name) const;

  bool is_null() const { return Is<std::monostate>(); }
  bool is_object() const { return Is<Object>(); }

  /// The value, or an empty one if this is of another kind.
  bool boolean() const;
  int64_t integer() const;
  const std::string& text() const;
  const Array& array() const;

 private:
  template <typename T>
  bool Is() const {
    return std::holds_alternative<T>(value_);
  }

  std::variant<std::monostate, bool, int64_t, std::string, Array, Object>
      value_;
};

/// `text` as a JSON string, with its quotation marks.
std::string QuoteJson(std::string_view text);

}  // namespace flint::qemu
