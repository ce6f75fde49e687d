// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/mman.h>

#include <cstddef>

#include "platforms/base/bytes.h"
#include "platforms/base/check.h"

namespace flint::fat {

/// Addresses on the host, of which no more takes memory than is touched: a
/// place for what a `ComputedVolume` leaves as it is.
class AddressRoom final {
 public:
  explicit AddressRoom(size_t size_bytes)
      : size_bytes_(size_bytes),
        memory_(mmap(nullptr,
                     size_bytes,
                     PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
                     -1,
                     0)) {
    FLINT_CHECK(memory_ != MAP_FAILED, "no addresses");
  }
  ~AddressRoom() { munmap(memory_, size_bytes_); }
  AddressRoom(const AddressRoom&) = delete;
  AddressRoom& operator=(const AddressRoom&) = delete;

  MutableBytes bytes() {
    return {static_cast<std::byte*>(memory_), size_bytes_};
  }

 private:
  size_t size_bytes_;
  void* memory_;
};

}  // namespace flint::fat
