// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <expected>
#include <string_view>
#include <utility>

namespace flint {

/// What went wrong, in the few kinds that a caller may want to tell apart.
enum class ErrorCode : uint8_t {
  kTruncated,        // input ends before the structure it promises
  kCorrupt,          // input contradicts its specification or itself
  kUnsupported,      // valid, but not something this code handles
  kNotFound,         // nothing by that name, or no such device
  kOutOfRange,       // an address, block or offset outside its container
  kInvalidArgument,  // the caller asked for something meaningless
  kDeviceError,      // the device reported a failure or broke its protocol
  kTimedOut,         // the device did not answer within the bound
  kNoMemory,         // no room of the wanted size, place or alignment
  kReadOnly,         // a write to something that cannot be written
};

/// The code's name in words, for messages: "not found".
std::string_view ToString(ErrorCode code);

/// A failure: its kind, and the reason in words a user can act on.
///
/// The reason must be a string literal (the constructor is `consteval`), so an
/// `Error` owns nothing, never dangles, and costs two registers.
class Error {
 public:
  consteval Error(ErrorCode code, const char* reason)
      : reason_(reason), code_(code) {}

  constexpr ErrorCode code() const { return code_; }
  constexpr std::string_view reason() const { return reason_; }

 private:
  const char* reason_;
  ErrorCode code_;
};

template <typename T>
using Result = std::expected<T, Error>;
using Status = Result<void>;

/// `return Fail(ErrorCode::kCorrupt, "FAT cluster chain has a loop");`
consteval std::unexpected<Error> Fail(ErrorCode code, const char* reason) {
  return std::unexpected(Error(code, reason));
}

}  // namespace flint

/// The value of `expr`, a `Result`; on failure returns that failure from the
/// calling function. Do not nest one in another's argument.
#define TRY(expr)                                                \
  ({                                                             \
    auto&& try_result = (expr);                                  \
    if (!try_result) return std::unexpected(try_result.error()); \
    *std::move(try_result);                                      \
  })
