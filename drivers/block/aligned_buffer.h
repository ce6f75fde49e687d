// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <span>

namespace flint::block {

/// Zeroed memory on the host that starts at a multiple of 4096, as a transfer
/// wants it. For tests; sanitizers see an access beyond its end.
class AlignedBuffer {
 public:
  static constexpr size_t kAlignmentBytes = 4096;

  explicit AlignedBuffer(size_t size_bytes)
      : size_bytes_(size_bytes),
        bytes_(new(std::align_val_t{kAlignmentBytes}) std::byte[size_bytes]{}) {
  }

  std::span<std::byte> bytes() { return {bytes_.get(), size_bytes_}; }
  std::span<const std::byte> bytes() const {
    return {bytes_.get(), size_bytes_};
  }

 private:
  struct Delete {
    void operator()(std::byte* bytes) const {
      ::operator delete[](bytes, std::align_val_t{kAlignmentBytes});
    }
  };

  size_t size_bytes_;
  std::unique_ptr<std::byte[], Delete> bytes_;
};

}  // namespace flint::block
