// SPDX-License-Identifier: Apache-2.0

// The little that libc++'s headers and the language expect a C++ library to
// define.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <new>

#include "platforms/base/panic.h"

// There is no heap. A virtual destructor refers to these through its vtable,
// but nothing was ever allocated that they could be given.
void operator delete(void*) noexcept { flint::Panic("delete without a heap"); }
void operator delete(void*, std::size_t) noexcept {
  flint::Panic("delete without a heap");
}
void operator delete(void*, std::align_val_t) noexcept {
  flint::Panic("delete without a heap");
}
void operator delete(void*, std::size_t, std::align_val_t) noexcept {
  flint::Panic("delete without a heap");
}

// Linters read this file with the host's library, which has its own names.
#ifdef _LIBCPP_VERSION
_LIBCPP_BEGIN_NAMESPACE_STD

// Called for value() of an empty optional or expected, and at() out of range.
[[noreturn]] void __libcpp_verbose_abort(const char* format, ...) {
  flint::Panic(format);
}

void* align(size_t alignment, size_t size, void*& start, size_t& room) {
  // SAFETY: for its lowest bits only.
  const auto address = reinterpret_cast<uintptr_t>(start);
  const size_t skipped = -address & (alignment - 1);
  if (room < size || skipped > room - size) return nullptr;
  start = static_cast<char*>(start) + skipped;
  room -= skipped;
  return start;
}

// The headers only declare the sorts of built-in types. Heap sort is small, and
// never quadratic on hostile input.
template <class Compare, class Iterator>
void __sort(Iterator first, Iterator last, Compare) {
  std::make_heap(first, last, std::less<>());
  std::sort_heap(first, last, std::less<>());
}

template void __sort<__less<char>&, char*>(char*, char*, __less<char>&);
template void __sort<__less<signed char>&, signed char*>(signed char*,
                                                         signed char*,
                                                         __less<signed char>&);
template void __sort<__less<unsigned char>&, unsigned char*>(
    unsigned char*, unsigned char*, __less<unsigned char>&);
template void __sort<__less<short>&, short*>(short*, short*, __less<short>&);
template void __sort<__less<unsigned short>&, unsigned short*>(
    unsigned short*, unsigned short*, __less<unsigned short>&);
template void __sort<__less<int>&, int*>(int*, int*, __less<int>&);
template void __sort<__less<unsigned>&, unsigned*>(unsigned*,
                                                   unsigned*,
                                                   __less<unsigned>&);
template void __sort<__less<long>&, long*>(long*, long*, __less<long>&);
template void __sort<__less<unsigned long>&, unsigned long*>(
    unsigned long*, unsigned long*, __less<unsigned long>&);
template void __sort<__less<long long>&, long long*>(long long*,
                                                     long long*,
                                                     __less<long long>&);
template void __sort<__less<unsigned long long>&, unsigned long long*>(
    unsigned long long*, unsigned long long*, __less<unsigned long long>&);

_LIBCPP_END_NAMESPACE_STD
#endif
