// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <type_traits>

#include "platforms/base/result.h"

namespace flint {

/// Hands out pieces of a caller's memory, front to back, and never takes one
/// back: for things that live until hand-over. Only trivially destructible
/// types, since nothing is destroyed.
class Arena {
 public:
  /// `memory` must outlive everything allocated.
  explicit Arena(std::span<std::byte> memory) : memory_(memory) {}

  size_t free_bytes() const { return memory_.size(); }

  /// `count` value-initialised objects, or kNoMemory.
  template <typename T>
  Result<std::span<T>> AllocateArray(size_t count) {
    static_assert(std::is_trivially_destructible_v<T>);
    void* start = memory_.data();
    size_t room = memory_.size();
    if (count > SIZE_MAX / sizeof(T) ||
        std::align(alignof(T), count * sizeof(T), start, room) == nullptr) {
      return Fail(ErrorCode::kNoMemory, "arena is full");
    }
    T* first = static_cast<T*>(start);
    std::uninitialized_value_construct_n(first, count);
    memory_ = memory_.last(room - count * sizeof(T));
    return std::span(first, count);
  }

  /// A copy of `text`, or kNoMemory.
  Result<std::string_view> CopyText(std::string_view text) {
    const std::span<char> copy = TRY(AllocateArray<char>(text.size()));
    text.copy(copy.data(), copy.size());
    return std::string_view(copy.data(), copy.size());
  }

 private:
  std::span<std::byte> memory_;
};

}  // namespace flint
