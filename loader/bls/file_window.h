// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "fs/volume/file_system.h"
#include "platforms/base/bytes.h"
#include "platforms/base/result.h"

namespace flint::bls {

/// Reads small structures of a file by few requests: what lies near the last
/// one is at hand.
class FileWindow {
 public:
  /// `window` is where pieces of the file are kept; both must outlive this.
  FileWindow(volume::FileSystem& file_system,
             const volume::File& file,
             MutableBytes window)
      : file_system_(file_system), file_(file), window_(window) {}

  /// The structure at `offset`. kTruncated if the file ends before it; what
  /// the file system says.
  template <WireType T>
  Result<T> Read(uint64_t offset) {
    T value;
    TRY(Copy(offset, std::as_writable_bytes(std::span(&value, 1))));
    return value;
  }

  /// Fills `out` with the bytes at `offset`; fails as `Read` does.
  Status Copy(uint64_t offset, MutableBytes out) {
    if (offset > file_.size_bytes || out.size() > file_.size_bytes - offset) {
      return Fail(ErrorCode::kTruncated, "is cut short");
    }
    if (out.size() > window_.size()) {
      return file_system_.Read(file_, offset, out);
    }
    if (offset < start_ || offset + out.size() > start_ + size_) {
      TRY(MoveTo(offset));
    }
    std::ranges::copy(window_.subspan(offset - start_, out.size()),
                      out.begin());
    return {};
  }

 private:
  Status MoveTo(uint64_t offset) {
    const uint64_t size =
        std::min<uint64_t>(window_.size(), file_.size_bytes - offset);
    size_ = 0;
    TRY(file_system_.Read(
        file_, offset, window_.first(static_cast<size_t>(size))));
    start_ = offset;
    size_ = size;
    return {};
  }

  volume::FileSystem& file_system_;
  volume::File file_;
  MutableBytes window_;
  uint64_t start_ = 0;
  uint64_t size_ = 0;
};

}  // namespace flint::bls
