// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <type_traits>

#include "efi/memory/pool_services.h"

namespace flint::efi {

/// An array of a size known in advance, in pool memory that is freed with it
/// unless it is released to a caller.
template <typename T>
class PoolArray final {
 public:
  static_assert(std::is_trivially_copyable_v<T>);

  /// Room for `capacity` items; check `valid()`.
  PoolArray(PoolServices& pool, size_t capacity) : pool_(pool) {
    if (capacity > SIZE_MAX / sizeof(T)) return;
    storage_ = static_cast<T*>(pool.Allocate(capacity * sizeof(T)));
    if (storage_ == nullptr) return;
    std::uninitialized_value_construct_n(storage_, capacity);
    capacity_ = capacity;
  }
  ~PoolArray() {
    if (storage_ != nullptr) static_cast<void>(pool_.FreePool(storage_));
  }
  PoolArray(const PoolArray&) = delete;
  PoolArray& operator=(const PoolArray&) = delete;

  bool valid() const { return storage_ != nullptr; }
  size_t size() const { return size_; }
  std::span<T> items() { return {storage_, size_}; }

  /// All there is room for, appended or not.
  std::span<T> room() { return {storage_, capacity_}; }

  /// What exceeds the capacity is dropped.
  void Append(const T& item) {
    if (size_ < capacity_) storage_[size_++] = item;
  }

  bool Contains(const T& item) const {
    for (size_t i = 0; i < size_; ++i) {
      if (storage_[i] == item) return true;
    }
    return false;
  }

  /// The items, which the caller now has to free.
  T* Release() {
    T* const items = storage_;
    storage_ = nullptr;
    return items;
  }

 private:
  PoolServices& pool_;
  T* storage_ = nullptr;
  size_t capacity_ = 0;
  size_t size_ = 0;
};

}  // namespace flint::efi
