// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>

#include "drivers/block/block_device.h"
#include "platforms/base/bytes.h"
#include "platforms/base/result.h"

namespace flint::fuzz {

/// A disk image that differs from another one in a few places: making one, and
/// changing it, costs no copy of the other.
class OverlayImage final {
 public:
  /// A copy of `base`, which must outlive it.
  explicit OverlayImage(Bytes base) : base_(base), size_bytes_(base.size()) {}

  uint64_t size_bytes() const { return size_bytes_; }

  /// Cuts it, or adds zeros.
  void Resize(uint64_t size_bytes);

  /// Zeros beyond the end.
  void Read(uint64_t offset, MutableBytes out) const;

  /// What is beyond the end is dropped.
  void Write(uint64_t offset, Bytes bytes);

 private:
  static constexpr uint64_t kPieceBytes = 512;
  using Piece = std::array<std::byte, kPieceBytes>;

  void ReadBase(uint64_t offset, MutableBytes out) const;

  Bytes base_;
  uint64_t size_bytes_;
  /// What differs, by its number.
  std::map<uint64_t, Piece> pieces_;
};

/// A disk that is such an image. An incomplete last block is not part of it.
class OverlayDisk final : public block::BlockDevice {
 public:
  OverlayDisk(OverlayImage& image,
              uint32_t block_size_bytes,
              bool read_only = false);

  /// How much has been read.
  uint64_t read_bytes() const { return read_bytes_; }

 private:
  Status DoRead(std::span<const block::BlockExtent> extents) override;
  Status DoWrite(std::span<const block::ConstBlockExtent> extents) override;
  Status DoFlush() override { return {}; }

  OverlayImage& image_;
  uint64_t read_bytes_ = 0;
};

}  // namespace flint::fuzz
