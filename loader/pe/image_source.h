// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstring>

#include "platforms/base/bytes.h"
#include "platforms/base/result.h"

namespace flint::pe {

/// Where the bytes of an image's file come from.
class ImageSource {
 public:
  virtual ~ImageSource() = default;

  /// Fills `out` with the file from `offset` on. kTruncated: the file ends
  /// before. And what its disk reports.
  virtual Status Read(uint64_t offset, MutableBytes out) = 0;
};

/// A file in memory, which must outlive the source.
class MemorySource final : public ImageSource {
 public:
  explicit MemorySource(Bytes file) : file_(file) {}

  Status Read(uint64_t offset, MutableBytes out) override {
    const Bytes bytes = TRY(Slice(file_, offset, out.size()));
    if (!bytes.empty()) std::memcpy(out.data(), bytes.data(), bytes.size());
    return {};
  }

 private:
  Bytes file_;
};

}  // namespace flint::pe
