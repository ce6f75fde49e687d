// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <span>
#include <utility>

#include "boot/memory/page_allocator.h"

namespace flint::efi {

/// Where an `ObjectPool` gets its pages.
class PageSource {
 public:
  virtual ~PageSource() = default;

  /// So many pages, which are never given back, or nothing.
  virtual std::span<std::byte> TakePages(uint64_t page_count) = 0;
};

/// Objects that images know by address, such as handles and events.
///
/// An address that an image passes may be anything. `Find` tells whether a live
/// object is there without looking at memory that is not the pool's. Pages come
/// in runs of doubling size, so that the few runs can be searched one by one;
/// slots are reused in the order they became free, so that the address of a
/// deleted object stays invalid for long.
template <typename T>
class ObjectPool final {
 public:
  explicit constexpr ObjectPool(PageSource& source) : source_(source) {}
  ObjectPool(const ObjectPool&) = delete;
  ObjectPool& operator=(const ObjectPool&) = delete;

  /// A new object, or null if there is no memory.
  template <typename... Arguments>
  T* New(Arguments&&... arguments) {
    if (first_free_ == nullptr && !Grow()) return nullptr;
    Slot* const slot = first_free_;
    first_free_ = slot->next_free;
    if (first_free_ == nullptr) last_free_ = nullptr;
    slot->live = true;
    ++live_count_;
    return ::new (static_cast<void*>(slot->storage))
        T(std::forward<Arguments>(arguments)...);
  }

  void Delete(T& object) {
    std::destroy_at(&object);
    Slot* const slot = static_cast<Slot*>(static_cast<void*>(&object));
    slot->live = false;
    --live_count_;
    Append(slot);
  }

  /// The live object at that address, or null.
  T* Find(const void* address) {
    const uintptr_t wanted = ToInteger(address);
    for (Run* run = runs_; run != nullptr; run = run->next) {
      const uintptr_t first = ToInteger(run->slots);
      const uintptr_t size = run->slot_count * sizeof(Slot);
      if (wanted < first || wanted - first >= size) continue;
      if ((wanted - first) % sizeof(Slot) != 0) return nullptr;
      Slot& slot = run->slots[(wanted - first) / sizeof(Slot)];
      return slot.live ? slot.object() : nullptr;
    }
    return nullptr;
  }

  size_t live_count() const { return live_count_; }

 private:
  struct Slot {
    T* object() { return std::launder(static_cast<T*>(Storage())); }
    void* Storage() { return storage; }

    alignas(T) std::byte storage[sizeof(T)];  // first: shares its address
    Slot* next_free = nullptr;
    bool live = false;
  };
  struct Run {
    Run* next = nullptr;
    Slot* slots = nullptr;
    size_t slot_count = 0;
  };

  static constexpr uint64_t kFirstRunPages = 4;
  static constexpr uint64_t kLargestRunPages = 256;

  // SAFETY: for comparison only.
  static uintptr_t ToInteger(const void* address) {
    return reinterpret_cast<uintptr_t>(address);
  }

  void Append(Slot* slot) {
    slot->next_free = nullptr;
    (last_free_ == nullptr ? first_free_ : last_free_->next_free) = slot;
    last_free_ = slot;
  }

  bool Grow() {
    const std::span<std::byte> pages = source_.TakePages(next_run_pages_);
    if (pages.empty()) return false;
    next_run_pages_ = std::min(2 * next_run_pages_, kLargestRunPages);
    void* start = pages.data();
    size_t room = pages.size();
    std::align(alignof(Run), sizeof(Run), start, room);
    Run* const run = ::new (start) Run{.next = runs_};
    start = run + 1;
    room -= sizeof(Run);
    std::align(alignof(Slot), sizeof(Slot), start, room);
    run->slots = static_cast<Slot*>(start);
    run->slot_count = room / sizeof(Slot);
    std::uninitialized_value_construct_n(run->slots, run->slot_count);
    runs_ = run;
    for (size_t i = 0; i < run->slot_count; ++i) Append(&run->slots[i]);
    return true;
  }

  PageSource& source_;
  Run* runs_ = nullptr;
  Slot* first_free_ = nullptr;
  Slot* last_free_ = nullptr;
  uint64_t next_run_pages_ = kFirstRunPages;
  size_t live_count_ = 0;
};

}  // namespace flint::efi
