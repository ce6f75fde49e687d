// SPDX-License-Identifier: Apache-2.0
#include "platforms/base/result.h"

namespace flint {

std::string_view ToString(ErrorCode code) {
  switch (code) {
    case ErrorCode::kTruncated:
      return "truncated";
    case ErrorCode::kCorrupt:
      return "corrupt";
    case ErrorCode::kUnsupported:
      return "unsupported";
    case ErrorCode::kNotFound:
      return "not found";
    case ErrorCode::kOutOfRange:
      return "out of range";
    case ErrorCode::kInvalidArgument:
      return "invalid argument";
    case ErrorCode::kDeviceError:
      return "device error";
    case ErrorCode::kTimedOut:
      return "timed out";
    case ErrorCode::kNoMemory:
      return "no memory";
    case ErrorCode::kReadOnly:
      return "read-only";
  }
  return "unknown error";
}

}  // namespace flint
