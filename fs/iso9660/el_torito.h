// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "drivers/block/block_window.h"
#include "fs/iso9660/volume_descriptors.h"
#include "platforms/base/result.h"

namespace flint::iso9660 {

/// A disk image inside of a volume that UEFI boots from.
struct BootImage {
  /// Its number in the catalogue; the initial entry's is 0.
  /// [uefi-2.10 10.3.5.2]
  uint32_t boot_entry = 0;
  /// Where it starts, in bytes.
  uint64_t offset = 0;
  /// How long the catalogue says it is; 0 if that does not say, and it goes up
  /// to the end of the volume. [uefi-2.10 13.3.2.1]
  uint64_t stated_bytes = 0;
};

/// The images for UEFI of one volume, in the catalogue's order.
class BootImageList {
 public:
  /// Nobody has more than one or two; the rest is not looked at.
  static constexpr size_t kMaxImages = 8;

  std::span<const BootImage> images() const {
    return std::span(images_).first(size_);
  }

  void Add(const BootImage& image) {
    if (size_ < images_.size()) images_[size_++] = image;
  }

 private:
  std::array<BootImage, kMaxImages> images_;
  size_t size_ = 0;
};

/// Reads a boot catalogue by way of `window`, which shows all of the volume:
/// the entries for UEFI (platform 0xEF) that are bootable and do not emulate a
/// floppy or hard disk. [el-torito 2], [uefi-2.10 13.3.2.1]
///
/// kCorrupt: it is no catalogue. kOutOfRange: it is beyond the volume's end.
/// And what the disk reports.
Result<BootImageList> ReadBootCatalog(block::BlockWindow& window,
                                      uint32_t catalog_sector);

}  // namespace flint::iso9660
