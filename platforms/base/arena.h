// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

#include "platforms/base/result.h"

namespace flint {

/// Hands out pieces of a caller's memory, front to back, and never takes one
/// back: for things that live until hand-over. Nothing is destroyed.
class Arena {
 public:
  /// `memory` must outlive everything allocated.
  explicit Arena(std::span<std::byte> memory) : memory_(memory) {}

  size_t free_bytes() const { return memory_.size(); }

  /// `count` value-initialised objects, or kNoMemory.
  template <typename T>
  Result<std::span<T>> AllocateArray(size_t count) {
    static_assert(std::is_trivially_destructible_v<T>);
    if (count > SIZE_MAX / sizeof(T)) {
      return Fail(ErrorCode::kNoMemory, "arena is full");
    }
    const std::span<std::byte> room =
        TRY(AllocateRaw(count * sizeof(T), alignof(T)));
    T* first = static_cast<T*>(static_cast<void*>(room.data()));
    std::uninitialized_value_construct_n(first, count);
    return std::span(first, count);
  }

  /// An object whose destructor never runs: only for what has nothing to give
  /// back. kNoMemory.
  template <typename T, typename... Arguments>
  Result<T*> Create(Arguments&&... arguments) {
    const std::span<std::byte> room = TRY(AllocateRaw(sizeof(T), alignof(T)));
    return std::construct_at(static_cast<T*>(static_cast<void*>(room.data())),
                             std::forward<Arguments>(arguments)...);
  }

  /// A copy of `text`, or kNoMemory.
  Result<std::string_view> CopyText(std::string_view text) {
    const std::span<char> copy = TRY(AllocateArray<char>(text.size()));
    text.copy(copy.data(), copy.size());
    return std::string_view(copy.data(), copy.size());
  }

 private:
  Result<std::span<std::byte>> AllocateRaw(size_t size, size_t alignment) {
    const auto start = std::bit_cast<uintptr_t>(memory_.data());
    const size_t padding = (0 - start) & (alignment - 1);
    if (padding > memory_.size() || size > memory_.size() - padding) {
      return Fail(ErrorCode::kNoMemory, "arena is full");
    }
    const std::span<std::byte> result = memory_.subspan(padding, size);
    memory_ = memory_.subspan(padding + size);
    return result;
  }

  std::span<std::byte> memory_;
};

}  // namespace flint
