// SPDX-License-Identifier: Apache-2.0
#include "testing/fuzz/overlay_image.h"

#include <algorithm>
#include <cstring>

namespace flint::fuzz {

void OverlayImage::Resize(uint64_t size_bytes) {
  if (size_bytes < size_bytes_) {
    // What was there must not come back when the image grows again.
    base_ = base_.first(std::min<uint64_t>(base_.size(), size_bytes));
    pieces_.erase(
        pieces_.lower_bound((size_bytes + kPieceBytes - 1) / kPieceBytes),
        pieces_.end());
    const auto last = pieces_.find(size_bytes / kPieceBytes);
    if (last != pieces_.end()) {
      std::ranges::fill(
          std::span(last->second).subspan(size_bytes % kPieceBytes),
          std::byte{0});
    }
  }
  size_bytes_ = size_bytes;
}

void OverlayImage::ReadBase(uint64_t offset, MutableBytes out) const {
  const uint64_t start = std::min<uint64_t>(offset, base_.size());
  const Bytes there = base_.subspan(
      start, std::min<uint64_t>(out.size(), base_.size() - start));
  // Most of the time of a boot, where loops are not optimised.
  if (!there.empty()) std::memcpy(out.data(), there.data(), there.size());
  std::ranges::fill(out.subspan(there.size()), std::byte{0});
}

void OverlayImage::Read(uint64_t offset, MutableBytes out) const {
  ReadBase(offset, out);
  const uint64_t end = offset + out.size();
  for (auto it = pieces_.lower_bound(offset / kPieceBytes);
       it != pieces_.end() && it->first * kPieceBytes < end;
       ++it) {
    const uint64_t piece = it->first * kPieceBytes;
    const uint64_t from = std::max(piece, offset);
    const uint64_t to = std::min(piece + kPieceBytes, end);
    std::ranges::copy(std::span(it->second).subspan(from - piece, to - from),
                      out.subspan(from - offset).begin());
  }
}

void OverlayImage::Write(uint64_t offset, Bytes bytes) {
  if (offset >= size_bytes_) return;
  bytes = bytes.first(std::min<uint64_t>(bytes.size(), size_bytes_ - offset));
  while (!bytes.empty()) {
    const uint64_t number = offset / kPieceBytes;
    const auto [it, is_new] = pieces_.try_emplace(number);
    if (is_new) ReadBase(number * kPieceBytes, it->second);
    const uint64_t inside = offset % kPieceBytes;
    const Bytes part =
        bytes.first(std::min<uint64_t>(bytes.size(), kPieceBytes - inside));
    std::ranges::copy(part, std::span(it->second).subspan(inside).begin());
    offset += part.size();
    bytes = bytes.subspan(part.size());
  }
}

OverlayDisk::OverlayDisk(OverlayImage& image,
                         uint32_t block_size_bytes,
                         bool read_only)
    : BlockDevice({.block_size_bytes = block_size_bytes,
                   .block_count = image.size_bytes() / block_size_bytes,
                   .read_only = read_only},
                  "fuzzed disk"),
      image_(image) {}

Status OverlayDisk::DoRead(std::span<const block::BlockExtent> extents) {
  for (const block::BlockExtent& extent : extents) {
    image_.Read(extent.lba * geometry().block_size_bytes, extent.buffer);
    read_bytes_ += extent.buffer.size();
  }
  return {};
}

Status OverlayDisk::DoWrite(std::span<const block::ConstBlockExtent> extents) {
  for (const block::ConstBlockExtent& extent : extents) {
    image_.Write(extent.lba * geometry().block_size_bytes, extent.buffer);
  }
  return {};
}

}  // namespace flint::fuzz
